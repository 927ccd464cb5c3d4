"""A pseudo terminal that can be plugged, unplugged and plugged again at the same path, with a slave of a few lines."""

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path

Answer = Callable[[bytes], list[tuple[float, bytes]]]
"""Gets what was heard; returns what to send, and after how many seconds."""


class PtyLine:
    """The far end of a serial cable. `path` is a link that stays the same over replugging."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self.path = path
        self.heard: list[bytes] = []
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._far = -1
        self._near = -1

    def plug(self) -> None:
        """Make the port appear."""
        self._far, self._near = os.openpty()
        tty.setraw(self._far)
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._near))
        self._loop.add_reader(self._far, self._readable)

    def unplug(self) -> None:
        """Make the port vanish, as a pulled cable does."""
        if self._far < 0:
            return
        self._loop.remove_reader(self._far)
        self.path.unlink(missing_ok=True)
        os.close(self._far)
        os.close(self._near)
        self._far = self._near = -1

    def send(self, data: bytes) -> None:
        """Put bytes on the line, if it is still there."""
        if self._far >= 0:
            os.write(self._far, data)

    def _readable(self) -> None:
        data = os.read(self._far, 4096)
        self.heard.append(data)
        for delay, reply in self._answer(data):
            self._loop.call_later(delay, self.send, reply)
