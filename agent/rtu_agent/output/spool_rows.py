"""Rows of the spool's tables, each with a checksum over all of it. What does not match its checksum was never read.

SQLite finds broken pages, but not a flipped bit in a number or in a line: that would be a wrong value in the database,
or a cursor that jumps over records.
"""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rtu_agent.output.marks import Mark, Span
from rtu_agent.output.progress import Progress

ALL: Final = "ORDER BY id"
BEHIND: Final = "WHERE id > ? ORDER BY id"
NUMBERED: Final = "WHERE id = ?"
BETWEEN: Final = "WHERE id > ? AND id <= ? ORDER BY id"
BACKWARDS: Final = "ORDER BY id DESC"
FROM_BYTES: Final = "WHERE bytes_before >= ? ORDER BY id"
FROM_TIME: Final = "WHERE newest_ms >= ? ORDER BY id"

_COLUMNS: Final = "id, records, records_before, bytes_before, oldest_ms, newest_ms, crc, body"


@dataclass(frozen=True, slots=True)
class Row:
    """A batch as it lies in the spool."""

    begin: Mark
    end: Mark
    oldest_ms: int
    newest_ms: int
    body: bytes


def intact_rows(connection: sqlite3.Connection, which: str, *parameters: int) -> Iterator[Row]:
    """Give those of the rows `which`, one of the constants above, whose checksum is right."""
    query = f"SELECT {_COLUMNS} FROM batch {which}"  # noqa: S608 - all of it stands in this file
    for *numbers, crc, body in connection.execute(query, parameters):
        if isinstance(body, bytes) and crc == _checksum(body, *numbers):
            row, records, records_before, bytes_before, oldest_ms, newest_ms = numbers
            begin = Mark(row - 1, records_before, bytes_before)
            end = Mark(row, records_before + records, bytes_before + len(body))
            yield Row(begin, end, oldest_ms, newest_ms, body)


def times_behind(connection: sqlite3.Connection, done: Mark) -> tuple[int, int] | None:
    """Return the oldest and the newest time of the first row behind `done`, for what is asked at every commit.

    They are read without the row's body, so its checksum is not asked. None if there is no row.
    """
    query = "SELECT oldest_ms, newest_ms FROM batch WHERE id > ? ORDER BY id LIMIT 1"
    times = connection.execute(query, (done.row,)).fetchone()
    return times if times is None or all(isinstance(time_ms, int) for time_ms in times) else (0, 0)


def insert_row(connection: sqlite3.Connection, row: Row) -> None:
    """Add a batch."""
    begin, end = row.begin, row.end
    numbers = (end.row, end.records - begin.records, begin.records, begin.size, row.oldest_ms, row.newest_ms)
    crc = _checksum(row.body, *numbers)
    connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*numbers, crc, row.body))


def intact_progress(connection: sqlite3.Connection) -> dict[str, Progress]:
    """Return what each output is done with, by output, as far as the checksums are right."""
    ahead: dict[str, list[Span]] = defaultdict(list)
    for output, *numbers in _intact(connection.execute("SELECT * FROM ahead")):
        ahead[output].append(Span(Mark(*numbers[:3]), Mark(*numbers[3:])))
    cursors = _intact(connection.execute("SELECT output, id, records, bytes, crc FROM cursor"))
    return {output: Progress.of(Mark(*numbers), ahead[output]) for output, *numbers in cursors}


def store_progress(connection: sqlite3.Connection, progress: Mapping[str, Progress]) -> None:
    """Replace what these outputs are done with, and remove the rows that all have passed."""
    for output, each in progress.items():
        connection.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?)", _checked(output, each.done))
        connection.execute("DELETE FROM ahead WHERE output = ?", (output,))
        ahead = [_checked(output, span.begin, span.end) for span in each.ahead]
        connection.executemany("INSERT INTO ahead VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ahead)
    connection.execute("DELETE FROM batch WHERE id <= (SELECT min(id) FROM cursor)")


def forget_progress(connection: sqlite3.Connection) -> None:
    """Remove what every output is done with, to be stored anew."""
    connection.execute("DELETE FROM cursor")
    connection.execute("DELETE FROM ahead")


def _checked(output: str, *marks: Mark) -> tuple[Any, ...]:
    numbers = [number for mark in marks for number in (mark.row, mark.records, mark.size)]
    return (output, *numbers, _checksum(output.encode(), *numbers))


def _intact(rows: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    """Give the rows that `_checked` made and that still are what they were, without their checksum."""
    for output, *numbers, crc in rows:
        if isinstance(output, bytes) and crc == _checksum(output, *numbers):
            yield output.decode(), *numbers


def _checksum(body: bytes, *numbers: Any) -> int:
    return zlib.crc32(body, zlib.crc32(repr(numbers).encode()))
