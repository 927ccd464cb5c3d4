"""Who has a port open: found where Linux lists the open files of every process, and the locks on files.

The open files of other users' processes are hidden; who has locked a file is told to everybody.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtu_agent.domain.text import printable

PROC: Final = Path("/proc")
LONGEST_COMMAND: Final = 120
"""Characters of a command line that are worth a place in a message."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open."""

    pid: int
    command: str
    """Its command line, printable, on one line, cut to a length that can be read."""


def holders(device: str, proc: Path = PROC) -> list[Holder]:
    """Return the processes that have `device` open, in the order of their ids.

    Nobody is found on a system without `/proc`, nobody in another container, and of other users' processes only those
    that have locked the port.
    """
    try:
        processes = sorted((at for at in proc.iterdir() if at.name.isdecimal()), key=lambda at: int(at.name))
        file = Path(device).stat()
    except OSError:
        return []
    locked_by = set(lockers(file, proc))
    return [
        Holder(int(at.name), _command(at))
        for at in processes
        if int(at.name) in locked_by or file.st_rdev in _open_devices(at / "fd")
    ]


def lockers(file: os.stat_result, proc: Path = PROC) -> Iterator[int]:
    """Yield the processes that have locked a file: `1: FLOCK  ADVISORY  WRITE 4711 00:1a:3 0 EOF`."""
    place = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    with suppress(OSError):
        for line in (proc / "locks").read_text().splitlines():
            words = line.split()
            if place in words and "->" not in words:  # an arrow is somebody who waits for it
                yield int(words[words.index(place) - 1])


def _open_devices(folder: Path) -> Iterator[int]:
    """Yield the device numbers of what a process has open below /dev; other files might not answer."""
    with suppress(OSError):  # another user's, or gone meanwhile
        for link in folder.iterdir():
            with suppress(OSError):
                if str(link.readlink()).startswith("/dev/"):
                    yield link.stat().st_rdev


def _command(process: Path) -> str:
    for name in ("cmdline", "comm"):
        with suppress(OSError), (process / name).open("rb") as file:
            words = file.read(4 * LONGEST_COMMAND + 1).rstrip(b"\0\n").split(b"\0")
            # A process may write what it likes in here.
            if text := printable(b" ".join(words).decode("utf-8", "backslashreplace")):
                return text if len(text) <= LONGEST_COMMAND else f"{text[:LONGEST_COMMAND]}…"
    return "?"
