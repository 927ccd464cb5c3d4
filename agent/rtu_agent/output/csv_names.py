"""Names of CSV files, and which of them are too old. A file goes as a whole, by the date in its name.

    <directory>/<device>/<device>-YYYYMMDD.csv                  what the device measured on a day (UTC)
    <directory>/<device>/<device>-YYYYMMDD-2.csv                the next file of that day
    <directory>/<device>/<device>-modbus_event-YYYYMMDD.csv     what was written about the device

Only plain files with such a name, in a folder of that device's name, are ever removed, those of devices that are gone
from the configuration too. Neither a link to a file nor a link to a folder is followed.
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rtu_agent.domain.record import BESIDE

_NAME: Final = re.compile(r"(.+)-([0-9]{8})(?:-([1-9][0-9]{0,5}))?\.csv")


@dataclass(frozen=True, slots=True, order=True)
class CsvName:
    """A name of ours; they sort by age."""

    day: date
    number: int
    """1, 2, …: the files of one day, in their order."""
    stem: str
    """The device, or device and measurement."""

    @classmethod
    def parse(cls, name: str, device: str) -> "CsvName | None":
        """Return what a name in the folder of `device` says; None if it is none of ours."""
        found = _NAME.fullmatch(name)
        if found is None or found[1] not in stems_of(device):
            return None
        try:
            day = datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=UTC).date()
        except ValueError:  # 20261399 is no date, and no file of ours
            return None
        return cls(day, int(found[3] or 1), found[1])

    def __str__(self) -> str:
        return f"{self.stem}-{self.day:%Y%m%d}{f'-{self.number}' if self.number > 1 else ''}.csv"


@dataclass(frozen=True, slots=True, order=True)
class FoundFile:
    """A plain file with a name of ours."""

    name: CsvName
    path: Path
    size: int


def stem_of(device: str, measurement: str) -> str:
    """Return how names begin: what a device measures has no word of its own, what is written about it has."""
    return f"{device}-{measurement}" if measurement in BESIDE else device


def stems_of(device: str) -> frozenset[str]:
    """Return how the names of all files of a device begin."""
    return frozenset({device, *(f"{device}-{measurement}" for measurement in BESIDE)})


def found_in(folder: Path) -> list[FoundFile]:
    """Return the files of the device whose folder this is, the oldest first; nothing if it is not a folder."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(
            FoundFile(name, folder / entry.name, entry.stat(follow_symlinks=False).st_size)
            for entry in entries
            if (name := CsvName.parse(entry.name, folder.name)) and entry.is_file(follow_symlinks=False)
        )


def remove_before(directory: Path, oldest: date) -> None:
    """Remove the files of all days before `oldest`; what cannot be removed now is met again the next time."""
    for folder in _folders(directory):
        files = found_in(folder)
        old = [file for file in files if file.name.day < oldest]
        for file in old:
            _remove(file)
        if old:
            with suppress(OSError):  # there is something in it
                folder.rmdir()


def remove_beyond(directory: Path, most_bytes: int, in_use: Collection[Path]) -> int:
    """Remove the oldest files until the rest has `most_bytes`, but none that is `in_use`; return what the rest has."""
    files = sorted(file for folder in _folders(directory) for file in found_in(folder))
    size = sum(file.size for file in files)
    for file in files:
        if size > most_bytes and file.path not in in_use and _remove(file):
            size -= file.size
    return size


def _folders(directory: Path) -> Iterator[Path]:
    with os.scandir(directory) as entries:
        folders = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return iter(folders)


def _remove(file: FoundFile) -> bool:
    try:
        file.path.unlink()
    except OSError:
        return False
    return True
