"""Says when something has arrived at a file descriptor, and can be told to keep still for a while.

A reply of 25 characters is 25 wake-ups of the event loop where a port hands over every character by itself, and all but
the last tell nothing. Taking the descriptor out of the loop for that time would hide its end as well: a cable that is
pulled out must be noticed at once. Linux's epoll tells an end even where no bytes are asked for. So the descriptor has
an epoll of its own, which the event loop watches, and keeping still is one system call.
"""

import asyncio
import select
import sys
from collections.abc import Callable
from typing import Protocol


class Arrivals(Protocol):
    """One file descriptor that the event loop watches."""

    def pause(self) -> None:
        """Say nothing of bytes; an end is told all the same."""

    def resume(self) -> None:
        """Say when there are bytes, those too that have come meanwhile."""

    def close(self) -> None:
        """Say nothing any more."""


class LoopArrivals:
    """Watched by the event loop itself, which cannot keep still without missing the end: it goes on telling."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, readable: Callable[[], None]) -> None:
        self._loop = loop
        self._fd = fd
        loop.add_reader(fd, readable)

    def pause(self) -> None:
        """Go on."""

    def resume(self) -> None:
        """Go on."""

    def close(self) -> None:
        """Say nothing any more."""
        self._loop.remove_reader(self._fd)


if sys.platform == "linux":

    class EpollArrivals:
        """Watched by an epoll of its own."""

        def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, readable: Callable[[], None]) -> None:
            self._loop = loop
            self._fd = fd
            self._epoll = select.epoll()
            self._epoll.register(fd, select.EPOLLIN)
            self._paused = False
            loop.add_reader(self._epoll.fileno(), readable)

        def pause(self) -> None:
            """Say nothing of bytes; an end is told all the same."""
            if not self._paused:
                self._paused = True
                self._epoll.modify(self._fd, 0)

        def resume(self) -> None:
            """Say when there are bytes, those too that have come meanwhile."""
            if self._paused:
                self._paused = False
                self._epoll.modify(self._fd, select.EPOLLIN)

        def close(self) -> None:
            """Say nothing any more."""
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()


def watch_arrivals(loop: asyncio.AbstractEventLoop, fd: int, readable: Callable[[], None]) -> Arrivals:
    """Have `readable` called when there is something to read at `fd`: bytes, or its end."""
    watched = EpollArrivals if hasattr(select, "epoll") else LoopArrivals
    return watched(loop, fd, readable)
