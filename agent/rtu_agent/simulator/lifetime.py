"""How long a program that only waits has to wait."""

import os
import select
import signal
import time
from enum import Enum
from types import FrameType, TracebackType
from typing import Final, Self

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_MOST_AT_ONCE: Final = 4096


class End(Enum):
    """What ended it."""

    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    INPUT_CLOSED = "input closed"
    TIME_OVER = "time over"


class Lifetime:
    """From `with` on, SIGINT and SIGTERM end nothing by themselves: `wait` returns, at once if they came before it.

    Only in the main thread.
    """

    def __enter__(self) -> Self:
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)  # a signal handler must never wait for room
        self._previous = {number: signal.signal(number, _note) for number in _SIGNALS}
        self._previous_waker = signal.set_wakeup_fd(self._waker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._previous_waker)
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self._woken)
        os.close(self._waker)

    def wait(self, *, input_fd: int | None = None, for_s: float | None = None) -> End:
        """Wait for a signal, for the end of what can be read from `input_fd`, or for so many seconds."""
        deadline = None if for_s is None else time.monotonic() + for_s
        watched = [self._woken] if input_fd is None else [self._woken, input_fd]
        while True:
            left_s = None if deadline is None else max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select(watched, [], [], left_s)
            if not readable:
                return End.TIME_OVER
            if self._woken in readable:
                interrupted = os.read(self._woken, 1)[0] == signal.SIGINT
                return End.INTERRUPTED if interrupted else End.TERMINATED
            if input_fd is not None and not os.read(input_fd, _MOST_AT_ONCE):
                return End.INPUT_CLOSED


def _note(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the signal has woken `wait` through its pipe."""
