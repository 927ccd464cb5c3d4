"""The spool's table of lines that a server refused; one that does not match its checksum is never sent again."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rtu_agent.output.contract import DeadLetter

MOST_DEAD_LETTERS: Final = 10_000
MOST_DEAD_BYTES: Final = 8 * 1024 * 1024
MOST_AGAIN: Final = 100
"""Dead letters that are sent again with one batch. They may all be bad still, and then each costs requests."""

TABLE: Final = """CREATE TABLE dead (
    id INTEGER PRIMARY KEY,
    output TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    line BLOB NOT NULL,
    crc INTEGER NOT NULL DEFAULT 0,
    again INTEGER NOT NULL DEFAULT 0
)"""
INDEX: Final = "CREATE INDEX dead_again ON dead (output) WHERE again = 1"

_INSERT: Final = "INSERT INTO dead (output, at_ms, reason, line, crc) VALUES (?, ?, ?, ?, ?)"
_BOUND: Final = """
    DELETE FROM dead WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER newest AS letters, sum(length(line)) OVER newest AS size
            FROM dead WINDOW newest AS (ORDER BY id DESC)
        ) WHERE letters > ? OR size > ?
    )
"""
_AGAIN: Final = "SELECT id, line, crc FROM dead WHERE output = ? AND again = 1 ORDER BY id LIMIT ?"


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter as it lies in the spool."""

    output: str
    at_ms: int
    reason: str
    line: bytes


def keep(connection: sqlite3.Connection, letters: Iterable[KeptLetter]) -> None:
    """Add letters; the oldest of all make room."""
    rows = [(each.output, each.at_ms, each.reason, each.line, zlib.crc32(each.line)) for each in letters]
    if rows:
        connection.executemany(_INSERT, rows)
        connection.execute(_BOUND, (MOST_DEAD_LETTERS, MOST_DEAD_BYTES))


def kept(output: str, now_ms: int, letters: Sequence[DeadLetter]) -> Iterator[KeptLetter]:
    """Give what a transfer to `output` could not deliver, as it is kept."""
    return (KeptLetter(output, now_ms, each.reason, each.line) for each in letters)


def stored(connection: sqlite3.Connection) -> Iterator[KeptLetter]:
    """Give the letters whose checksum is right, the oldest first."""
    for output, at_ms, reason, line, crc in connection.execute(
        "SELECT output, at_ms, reason, line, crc FROM dead ORDER BY id"
    ):
        if _is_intact(line, crc):
            yield KeptLetter(output.decode(), at_ms, reason.decode("utf-8", "replace"), line)


def put_back(connection: sqlite3.Connection, output: str) -> int:
    """Ask for the letters of `output` to be sent again; return how many that were not asked for already."""
    return connection.execute("UPDATE dead SET again = 1 WHERE output = ? AND again = 0", (output,)).rowcount


def asked_again(connection: sqlite3.Connection, output: str) -> dict[int, bytes | None]:
    """Return some of the lines that are to be sent again, by their number; None for one whose checksum is wrong."""
    rows = connection.execute(_AGAIN, (output, MOST_AGAIN))
    return {number: line if _is_intact(line, crc) else None for number, line, crc in rows}


def count_again(connection: sqlite3.Connection, output: str) -> int:
    """Return how many letters of `output` are to be sent again."""
    count: int = connection.execute("SELECT count(*) FROM dead WHERE output = ? AND again = 1", (output,)).fetchone()[0]
    return count


def forget(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Remove letters by their number: they arrived, or are kept anew with another reason."""
    connection.executemany("DELETE FROM dead WHERE id = ?", [(number,) for number in numbers])


def add_checksums(connection: sqlite3.Connection) -> None:
    """Give letters of a table that had no checksums theirs."""
    for number, line in connection.execute("SELECT id, line FROM dead").fetchall():
        connection.execute("UPDATE dead SET crc = ? WHERE id = ?", (zlib.crc32(line), number))


def _is_intact(line: object, crc: object) -> bool:
    return isinstance(line, bytes) and crc == zlib.crc32(line)
