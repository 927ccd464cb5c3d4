"""One day of records in one SQLite file.

    reading   one row per value, found by series and time
    series    what a series is: a field of a device, with its kind, unit, measurement and tags
    latest    the last value of every field of a device, carried over from the day before
    readings  a view for people: time_ms, device, field, value

A value has the storage class of its field's kind: REAL, INTEGER, TEXT, and INTEGER 0 or 1 for a truth value. The
quality of a record is a field of its device like any other. Storing a record again changes nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from rtu_agent.domain.record import QUALITY_FIELD, Field, Record, Series, Value
from rtu_agent.output.outgoing import clean, outgoing
from rtu_agent.output.sqlite_file import connect, make_durable, transaction

FORMAT: Final = 1

_QUALITY: Final = Field(QUALITY_FIELD, "int")

_SCHEMA: Final = (
    """CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        field TEXT NOT NULL,
        kind TEXT NOT NULL,
        unit TEXT NOT NULL,
        measurement TEXT NOT NULL,
        tags TEXT NOT NULL,
        UNIQUE (device, field, measurement, tags)
    )""",
    # `value` has no type, so that SQLite keeps each value as it was given.
    """CREATE TABLE reading (
        series INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        value NOT NULL,
        PRIMARY KEY (series, time_ms)
    ) WITHOUT ROWID""",
    """CREATE TABLE latest (
        device TEXT NOT NULL,
        field TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        value NOT NULL,
        PRIMARY KEY (device, field)
    ) WITHOUT ROWID""",
    """CREATE VIEW readings AS
        SELECT time_ms, device, field, value FROM reading JOIN series ON series.id = reading.series""",
)
_SERIES_SQL: Final = """
    INSERT INTO series (device, field, kind, unit, measurement, tags) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET kind = excluded.kind, unit = excluded.unit
    RETURNING id
"""
_READING_SQL: Final = "INSERT OR REPLACE INTO reading VALUES (?, ?, ?)"
_LATEST_SQL: Final = """
    INSERT INTO latest VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET time_ms = excluded.time_ms, value = excluded.value
        WHERE excluded.time_ms >= latest.time_ms
"""

Latest = tuple[str, str, int, Value]
"""A row of the table `latest`: device, field, time in milliseconds, value."""


class DayFileError(Exception):
    """The file has a format that this version does not know; it is left as it is."""


class DayFile:
    """An open file. After an error it must be closed: what it remembers of the file may no longer be true."""

    def __init__(self, path: Path, carried_over: Callable[[], Iterable[Latest]]) -> None:
        """Open `path`; the table `latest` of a new file begins with what `carried_over` returns.

        Raises:
            DayFileError: another version has made the file.
            sqlite3.Error: it cannot be opened, or is damaged.
        """
        self._ids: dict[Series, tuple[int, ...]] = {}
        self._connection = connect(path)
        try:
            self._prepare(path, carried_over)
        except BaseException:
            self.close()
            raise

    def write(self, records: Sequence[Record]) -> None:
        """Commit the records."""
        with transaction(self._connection):
            rows = sorted((row for record in records for row in self._rows(record)), key=lambda row: row[1])
            self._connection.executemany(_READING_SQL, [(series, time_ms, value) for series, time_ms, value, _ in rows])
            latest = {name: (*name, time_ms, value) for _, time_ms, value, name in rows}
            self._connection.executemany(_LATEST_SQL, latest.values())

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _prepare(self, path: Path, carried_over: Callable[[], Iterable[Latest]]) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, FORMAT):
            raise DayFileError(
                f"{path} has format {version}, this version knows format {FORMAT}; "
                "install the version that wrote it, or move the file away"
            )
        if version == 0:
            with transaction(self._connection):
                for statement in _SCHEMA:
                    self._connection.execute(statement)
                self._connection.executemany(_LATEST_SQL, carried_over())
                self._connection.execute(f"PRAGMA user_version = {FORMAT}")
        make_durable(self._connection)

    def _rows(self, record: Record) -> Iterator[tuple[int, int, Value, tuple[str, str]]]:
        """Give series, time, value and (device, field) of every value that there is."""
        values, quality = outgoing(record)
        fields = (*record.series.fields, _QUALITY)
        for series, field, value in zip(self._series(record.series), fields, (*values, int(quality)), strict=True):
            if value is not None:
                yield series, record.time_ms, value, (record.series.device, field.name)

    def _series(self, series: Series) -> tuple[int, ...]:
        """Return the ids of the fields of `series`, the quality last."""
        ids = self._ids.get(series)
        if ids is None:
            clean_tags = {clean(key): clean(text) for key, text in series.tags.items()}
            tags = json.dumps(clean_tags, ensure_ascii=False, sort_keys=True)
            ids = tuple(self._series_id(series, field, tags) for field in (*series.fields, _QUALITY))
            self._ids[series] = ids
        return ids

    def _series_id(self, series: Series, field: Field, tags: str) -> int:
        row = (series.device, field.name, field.kind, field.unit, series.measurement, tags)
        series_id: int = self._connection.execute(_SERIES_SQL, row).fetchone()[0]
        return series_id


def latest_of(path: Path, oldest: date) -> list[Latest]:
    """Return the table `latest` of another day's file, without what is older than `oldest` (UTC); empty if damaged."""
    from_ms = int(datetime.combine(oldest, time.min, UTC).timestamp() * 1000)
    query = "SELECT device, field, time_ms, value FROM latest WHERE time_ms >= ?"
    with suppress(sqlite3.Error), closing(connect(path)) as connection:
        return connection.execute(query, (from_ms,)).fetchall()
    return []
