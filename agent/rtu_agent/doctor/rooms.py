"""Whether what the agent writes has room, and may be written: its state and the files of its outputs."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem, warning
from rtu_agent.doctor.user import User
from rtu_agent.domain.size import size_text
from rtu_agent.output.contract import NetworkOutput

FULL_BYTES: Final = 64 * 1024**2
"""A disk with less is full for practical purposes."""
SCARCE: Final = 0.05
"""Share of a disk below which somebody should know."""
_MOST_FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class Room:
    """A directory that the agent writes to."""

    about: str
    path: Path
    exists: bool
    is_writable: bool
    """It, or where it would be made, may be written."""
    locked: Path | None
    """A file in it that may not be written."""
    free: int
    total: int
    """Bytes of its disk."""
    wanted: int = 0
    """Bytes that it may yet grow by."""


def examine(case: Case) -> Iterator[Finding]:
    """Look at the state and at the directory of each output that has one."""
    for about, (path, limit) in _directories(case).items():
        yield from judge(look(about, path, limit), case.machine.user)


def _directories(case: Case) -> Mapping[str, tuple[Path, int]]:
    """Return by name each directory, and the bytes that it may hold in the end; 0 if nothing is said of that."""
    site, types = case.loaded.site, case.loaded.output_types
    spools = any(issubclass(types[entry.type], NetworkOutput) for entry in site.outputs.values())
    found = {"state": (site.state, site.spool.max if spools else 0)}
    for entry in site.outputs.values():
        if isinstance(directory := getattr(entry.settings, "directory", None), Path):
            found[entry.name] = (directory, getattr(entry.settings, "max", None) or 0)
    return found


def look(about: str, path: Path, limit: int) -> Room:
    """Return how a directory is, or how it would be: nothing is made."""
    place = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    usage = shutil.disk_usage(place)
    files = _files(path)
    locked = next((file for file in files if not os.access(file, os.W_OK)), None)
    wanted = max(0, limit - sum(map(_size, files)))
    is_writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return Room(about, path, place == path, is_writable, locked, usage.free, usage.total, wanted)


def _files(path: Path) -> list[Path]:
    with suppress(OSError), os.scandir(path) as entries:
        files = (Path(entry.path) for entry in entries if entry.is_file(follow_symlinks=False))
        return [file for file, _ in zip(files, range(_MOST_FILES), strict=False)]
    return []


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


def judge(room: Room, user: User) -> Iterator[Finding]:
    """Judge one directory: first whether it may be written, then whether it has room."""
    if not room.is_writable:
        made = "" if room.exists else ", and it is not there"
        mend = f"sudo install --directory --owner {user.name} {room.path}"
        yield problem(room.about, f"{user.name} may not write to {room.path}{made}", mend)
    elif room.locked is not None:
        says = f"{user.name} may not write {room.locked}: another user has run the agent"
        yield problem(room.about, says, f"sudo chown --recursive {user.name} {room.path}")
    else:
        yield ok(room.about, f"{user.name} may write to {room.path}")
    yield _space(room)


def _space(room: Room) -> Finding:
    left = f"the disk of {room.path} has {size_text(room.free)} left"
    if room.free < FULL_BYTES:
        mend = f"make room; `du -xh {room.path} | sort -h | tail` shows what takes it"
        return problem(room.about, f"{left}: it is full", mend)
    if room.wanted > room.free:
        says = f"{left}, and it may grow by {size_text(room.wanted)} during a long outage"
        return warning(room.about, says, f"make room, or limit it: `max: {size_text(room.free // 2)}`")
    if room.free < SCARCE * room.total:
        mend = "make room, or a shorter `keep:` of the outputs"
        return warning(room.about, f"{left}, of {size_text(room.total)}", mend)
    return ok(room.about, left)
