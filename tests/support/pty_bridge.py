"""A cable between two pseudo terminals: the agent's port on one end, a slave program's on the other."""

import os
import select
import threading
import tty
from types import TracebackType
from typing import Self


class PtyBridge:
    """Copies bytes both ways until the end of its `with` block; `near` and `far` are the paths of its two ends."""

    def __init__(self) -> None:
        self._ends = [os.openpty(), os.openpty()]
        for pair in self._ends:
            for fd in pair:
                tty.setraw(fd)
        self.near, self.far = (os.ttyname(slave) for _, slave in self._ends)
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._copy, name="bridge", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.write(self._wake[1], b"x")
        self._thread.join()
        for fd in (*self._ends[0], *self._ends[1], *self._wake):
            os.close(fd)

    def _copy(self) -> None:
        (near, _), (far, _) = self._ends
        other = {near: far, far: near}
        while True:
            ready, _, _ = select.select([near, far, self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            for fd in ready:
                os.write(other[fd], os.read(fd, 4096))
