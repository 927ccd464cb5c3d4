"""One agent for each state directory, which other processes find: it locks a file in there as long as it runs.

The kernel says who holds the lock, and forgets it when that process ends in whatever way. So an id that is found this
way is never that of a dead agent, nor of a stranger that was given its number; what stands in the file is for people.
"""

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOCK_FILE: Final = "agent.lock"


class StateTakenError(Exception):
    """Another agent runs with the state directory; the message says which, and what to do."""

    def __init__(self, directory: Path, process: int) -> None:
        who = f"process {process}" if process > 0 else "a process in another container"
        super().__init__(
            f"{who} is an agent that uses {directory} already, and two would spoil each other's spool: stop it, "
            "or let it read a changed file with `rtu-agent reload`, or give this site a `state` of its own"
        )


if sys.platform == "win32":

    def holder(directory: Path) -> int | None:  # noqa: ARG001 - there are no such locks there
        """Return the process that holds the lock of a state directory; None where nobody can tell."""
        return None

    @contextmanager
    def held(directory: Path) -> Iterator[None]:  # noqa: ARG001
        """Hold nothing: there is no signal by which a reload could be asked for either."""
        yield

else:
    import fcntl

    _BSD: Final = sys.platform != "linux"
    _FLOCK: Final = "qqihh" if _BSD else "hhqqi"
    """The C structure `flock`: start, length, process, kind, origin; on Linux kind and origin come first."""

    def holder(directory: Path) -> int | None:
        """Return the process that holds the lock of a state directory, None if there is none.

        Raises:
            OSError: the file cannot be looked at, for example because it is another user's.
        """
        try:
            file = os.open(directory / LOCK_FILE, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            return _holder_of(file)
        finally:
            os.close(file)

    @contextmanager
    def held(directory: Path) -> Iterator[None]:
        """Hold the lock of a state directory, made if there is none.

        A directory that cannot be written to, or has no locks, is no reason not to run: then nobody finds the agent.

        Raises:
            StateTakenError: another process holds it.
        """
        file = -1
        try:
            with suppress(OSError):
                directory.mkdir(parents=True, exist_ok=True)
                file = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o640)
                while not _take(file):  # whoever has it may end before we have asked who it is
                    if (process := _holder_of(file)) is not None:
                        raise StateTakenError(directory, process)
                os.ftruncate(file, 0)
                os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            if file >= 0:
                os.close(file)

    def _take(file: int) -> bool:
        """Take the lock, unless another process has it."""
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _holder_of(file: int) -> int | None:
        kind, origin = fcntl.F_WRLCK, os.SEEK_SET
        asked = struct.pack(_FLOCK, 0, 0, 0, kind, origin) if _BSD else struct.pack(_FLOCK, kind, origin, 0, 0, 0)
        said = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked)[: struct.calcsize(_FLOCK)])
        process, kind = (said[2], said[3]) if _BSD else (said[4], said[0])
        return None if kind == fcntl.F_UNLCK else process
