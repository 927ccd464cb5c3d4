"""A serial port that nobody else opens while it is open here.

Two locks, because programs look at different ones. The advisory lock (flock, pyserial's `exclusive`) keeps out whoever
asks for it, root included. The terminal's own exclusive mode (TIOCEXCL) makes the kernel refuse every later open, also
by programs that have never heard of locks; only root gets in. Neither turns out somebody who has the port open already.

The exclusive mode belongs to the terminal and not to this process. The terminal of an adapter ends when the last
process closes it, after `kill -9` too, and takes the mode along. But as long as somebody else keeps it open the mode
would stay, and would lock out our own reopening: so closing gives it up first. A pseudo terminal lives as long as its
far end, so a killed agent could never come back to one: it gets the advisory lock alone.
"""

import sys
from contextlib import suppress

import serial

from rtu_agent.bus.pseudo_terminal import is_pseudo_terminal

if sys.platform == "win32":
    ExclusiveSerial = serial.Serial  # Windows opens a port once and no second time
else:
    import fcntl
    import termios

    class ExclusiveSerial(serial.Serial):
        """pyserial's port, opened with `exclusive=True` by whoever makes it, and closed to later comers as well."""

        def open(self) -> None:
            """Open it and lock the door behind us."""
            super().open()
            if not is_pseudo_terminal(str(self.port)):
                self._set(termios.TIOCEXCL)

        def close(self) -> None:
            """Unlock the door and close it; harmless when it is not open."""
            if self.is_open:
                self._set(termios.TIOCNXCL)
            super().close()

        def _set(self, request: int) -> None:
            with suppress(OSError):  # a driver without the mode, or an adapter that is gone
                fcntl.ioctl(self.fileno(), request)
