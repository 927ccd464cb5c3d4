"""Who has a port open: found where Linux lists the open files of every process."""

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

    Nobody is found on a system without `/proc`, and nobody whom this user may not look at: processes of other users,
    of other containers.
    """
    try:
        processes = sorted((at for at in proc.iterdir() if at.name.isdecimal()), key=lambda at: int(at.name))
        number = Path(device).stat().st_rdev
    except OSError:
        return []
    return [Holder(int(at.name), _command(at)) for at in processes if number in _open_devices(at / "fd")]


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
