"""Wakes the event loop at a moment, to better than a millisecond.

asyncio rounds its timers up to whole milliseconds, which would double the silence between two frames. Linux's timerfd
does not; elsewhere the event loop's own timer has to do.

Waking up takes its time too, some 0.1 ms from the kernel's timer to the first line of Python. The timer is set earlier
by what it takes these days in the median. So every other time it fires before the moment itself, by microseconds, which
are waited for on the spot. Nothing ever rings before its moment.
"""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Final, Protocol

_CLOCK_MONOTONIC: Final = 1
_TFD_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
_TFD_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_TFD_TIMER_ABSTIME: Final = 1
_NS: Final = 1_000_000_000
_EARLIEST_S: Final = 0.000_2
_LEARN_S: Final = 0.000_002
"""By how much earlier after each time it was late, and later after each time it was early."""


class Alarm(Protocol):
    """One moment at which to be woken."""

    def set(self, at: float | None) -> None:
        """Ring at `at`, seconds on the monotonic clock, or not at all; replaces what was set before."""

    def close(self) -> None:
        """Never ring again."""


class LoopAlarm:
    """The event loop's timer: up to a millisecond late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: float | None) -> None:
        """Ring at `at`, seconds on the monotonic clock, or not at all."""
        self.close()
        if at is not None:
            self._handle = self._loop.call_at(at, self._ring)

    def close(self) -> None:
        """Never ring again."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("it_interval", _Timespec), ("it_value", _Timespec))


class TimerfdAlarm:
    """Linux's timerfd: microseconds late.

    Raises:
        OSError: the system has no timerfd.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = self._libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK | _TFD_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _Itimerspec()
        self._value = self._spec.it_value
        self._spec_pointer = ctypes.byref(self._spec)
        self._at: float | None = None
        self._armed_for: float | None = None
        self._early_s = 0.0
        loop.add_reader(self._fd, self._expired)

    def set(self, at: float | None) -> None:
        """Ring at `at`, seconds on the monotonic clock, or not at all."""
        self._at = at
        # Deadlines move away with every byte. One wake-up for nothing, if ever, is cheaper than moving the timer.
        if at is not None and (self._armed_for is None or at < self._armed_for):
            self._arm(at)

    def _arm(self, at: float) -> None:
        self._armed_for = at
        # Zero would mean "never"; a moment that has passed is still a moment.
        nanoseconds = max(1, int((at - self._early_s) * _NS))
        self._value.tv_sec, self._value.tv_nsec = divmod(nanoseconds, _NS)
        self._libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, self._spec_pointer, None)

    def _expired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return  # it was set anew between ringing and reading
        at, armed_for, self._armed_for = self._at, self._armed_for, None
        if at is None:
            return
        if armed_for is not None and at > armed_for:
            self._arm(at)
            return
        self._at = None
        self._wait_for(at)
        self._ring()

    def _wait_for(self, at: float) -> None:
        """Wait what is left of the time, and learn how long waking up takes."""
        change_s = _LEARN_S if time.monotonic() > at else -_LEARN_S
        self._early_s = max(0.0, min(self._early_s + change_s, _EARLIEST_S))
        while time.monotonic() < at:
            pass

    def close(self) -> None:
        """Never ring again."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


def make_alarm(loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> Alarm:
    """Return the most precise alarm that this system has."""
    if sys.platform == "linux":
        try:
            return TimerfdAlarm(loop, ring)
        except OSError:
            pass  # an old container runtime may filter the call
    return LoopAlarm(loop, ring)
