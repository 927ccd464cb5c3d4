"""The embedded store: one SQLite file for each day (UTC), removed as a whole when it is old enough."""

import math
import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.record import Record
from rtu_agent.output.contract import LocalOutput
from rtu_agent.output.day_file import DayFile, latest_of
from rtu_agent.output.retention import day_of, name_of, newest_before, remove_before
from rtu_agent.output.sqlite_file import is_damaged, set_aside

_DAY_S: Final = 86_400
_FOREVER_DAYS: Final = 365_000
_MOST_OPEN: Final = 2
"""Today's file, and one of another day for records that come late."""


class SqliteSettings(BaseModel):
    """The embedded store: one SQLite file for each day, in UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    directory: Annotated[
        Path, Field(strict=False, description="Directory of the files, relative to this file.", examples=["data"])
    ] = Path("data")
    keep: Annotated[
        Seconds,
        Field(
            description="How long values are kept at least; whole days are removed, by the date in the file name.",
            examples=["30d"],
            json_schema_extra={"default": "30d"},
        ),
    ] = 30.0 * _DAY_S


class SqliteOutput(LocalOutput):
    """Writes records to the file of their day."""

    Settings = SqliteSettings

    def __init__(self, name: str, settings: SqliteSettings) -> None:
        """Open nothing yet."""
        self.name = name
        self._directory = settings.directory
        self._keep = timedelta(days=min(math.ceil(settings.keep / _DAY_S), _FOREVER_DAYS))
        self._open: dict[date, DayFile] = {}

    def write(self, records: Sequence[Record]) -> None:
        """Commit the records, day by day.

        Raises:
            FileSetAsideError: the day's file was damaged and is set aside; the next call makes a new one.
            DayFileError: another version has made the file.
            sqlite3.Error, OSError: the disk does not let us, now.
        """
        by_day = sorted(records, key=lambda record: record.time_ms)
        for day, group in groupby(by_day, key=lambda record: day_of(record.time_ms)):
            try:
                self._file(day).write(list(group))
            except Exception as error:
                self._close(day)
                if isinstance(error, sqlite3.Error) and is_damaged(error):
                    raise set_aside(self._directory / name_of(day), error) from error
                raise

    def close(self) -> None:
        """Close every file."""
        for day in list(self._open):
            self._close(day)

    def _file(self, day: date) -> DayFile:
        file = self._open.pop(day, None)
        if file is None:
            file = self._begin(day)
        self._open[day] = file  # the one used last stands last
        while len(self._open) > _MOST_OPEN:
            self._close(next(iter(self._open)))
        return file

    def _begin(self, day: date) -> DayFile:
        self._directory.mkdir(parents=True, exist_ok=True)
        oldest = day - self._keep
        remove_before(self._directory, oldest)
        before = newest_before(self._directory, day)
        return DayFile(self._directory / name_of(day), lambda: latest_of(before, oldest) if before else ())

    def _close(self, day: date) -> None:
        file = self._open.pop(day, None)
        if file is not None:
            file.close()
