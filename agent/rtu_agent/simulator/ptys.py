"""A serial port that is not there: a pseudo-terminal that passes every byte as it is."""

import contextlib
import os
import tty

_MOST_AT_ONCE = 4096


class Pty:
    """A pair of ends: a program opens `path` as its serial port, this holds the other end.

    The program's end is kept open here as well. Without that, reading ours fails with EIO whenever no program has the
    port open, and a program that comes back would find a port that is gone.

    Raises:
        OSError: the system has no pseudo-terminal left.
    """

    def __init__(self) -> None:
        self._ours, self._theirs = os.openpty()
        for end in (self._ours, self._theirs):
            tty.setraw(end)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)

    def fileno(self) -> int:
        """Return our end, for the event loop."""
        return self._ours

    def read(self) -> bytes:
        """Return what the program has written, `b""` if nothing is there."""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._ours, _MOST_AT_ONCE)
        return b""

    def write(self, data: bytes) -> None:
        """Let the program read `data`. What does not fit is lost, as in a UART that nobody empties."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._ours, data)

    def close(self) -> None:
        """Give both ends back."""
        os.close(self._ours)
        os.close(self._theirs)
