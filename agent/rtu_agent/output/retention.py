"""Names of day files, and which of them are too old. A file goes as a whole, by the date in its name.

Only plain files with a name of ours are ever removed; a link is left alone, and so is what it points to.
"""

import os
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

_OURS: Final = re.compile(r"readings-([0-9]{8})\.sqlite(\.damaged-[0-9])?(-wal|-shm)?")


def name_of(day: date) -> str:
    """Return the name of the file of a day (UTC)."""
    return f"readings-{day:%Y%m%d}.sqlite"


def day_of(time_ms: int) -> date:
    """Return the day (UTC) of a time in milliseconds since 1970."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).date()


def remove_before(directory: Path, oldest: date) -> None:
    """Remove the files of all days before `oldest`; what cannot be removed now is met again the next time."""
    with os.scandir(directory) as entries:
        for entry in entries:
            day = _day_in(entry.name)
            if day is not None and day < oldest and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    Path(entry.path).unlink()


def newest_before(directory: Path, day: date) -> Path | None:
    """Return the newest day file before `day`, None if there is none."""
    names = [path.name for path in directory.iterdir()]
    days = [found for name in names if (found := _day_in(name)) and found < day and name == name_of(found)]
    return directory / name_of(max(days)) if days else None


def _day_in(name: str) -> date | None:
    found = _OURS.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC).date() if found else None
    except ValueError:  # 20261399 is no date, and no file of ours
        return None
