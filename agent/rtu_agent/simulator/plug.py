"""A port that can be pulled out and comes back under the same name, as an adapter with a by-id link does."""

from pathlib import Path

from rtu_agent.simulator.ptys import Pty


class Plug:
    """A pty at the end of a link.

    Args:
        link: the name under which programs find it; it must not exist.

    Raises:
        OSError: the system has no pseudo-terminal left, or the link cannot be made.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._pty: Pty | None = None
        self.path = str(link)
        self.push()

    def push(self) -> None:
        """Let the port be there."""
        self._pty = Pty()
        self._link.symlink_to(self._pty.path)

    def pull(self) -> None:
        """Let it be gone: its name leads nowhere, and whoever has it open is hung up."""
        if self._pty is not None:
            # The link goes first: the number of a dead pty is soon another program's.
            self._link.unlink(missing_ok=True)
            self._pty.close()
            self._pty = None

    def fileno(self) -> int:
        """Return our end; -1 while the port is gone."""
        return -1 if self._pty is None else self._pty.fileno()

    def read(self) -> bytes:
        """Return what the program has written, `b""` if nothing is there."""
        return b"" if self._pty is None else self._pty.read()

    def write(self, data: bytes) -> None:
        """Let the program read `data`; without a port it is lost."""
        if self._pty is not None:
            self._pty.write(data)

    def close(self) -> None:
        """Give everything back."""
        self.pull()
