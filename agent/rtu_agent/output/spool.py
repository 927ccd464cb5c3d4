"""The spool: what network outputs have not accepted yet, on disk, in one file for all of them.

Theory of operation. A batch of line protocol is one row. Rows are numbered upwards; each output has a cursor, the mark
behind the last row it is done with; a row goes when every cursor is behind it. A *mark* is a position in the endless
stream of all that was ever appended: row number, records and bytes up to there. So the backlog of an output is the
difference of two marks, however long it is, and a drop is nothing but a cursor that is moved.

What `append` and `acknowledge` have committed survives `kill -9` and a power cut. Between the server's answer and
`acknowledge` the agent may die: then the batch is sent again, which changes nothing at the server.

A row whose checksum is wrong is never sent; the gap between the marks before and behind it tells what was lost. A file
that SQLite calls damaged is set aside and a new one begun; the marks go on counting, so that a batch that is on its way
while that happens cannot move a cursor over rows of the new file. After any other error the file is closed and opened
again, because a disk that came back may need it.

Every method may be called from any thread. Times are milliseconds since 1970.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from rtu_agent.output.marks import Backlog, Batch, Limits, Loss, Mark
from rtu_agent.output.spool_file import last_known_backlogs, open_spool
from rtu_agent.output.spool_rows import (
    ALL,
    BACKWARDS,
    BEHIND,
    FROM_BYTES,
    FROM_TIME,
    Row,
    insert_row,
    intact_cursors,
    intact_rows,
    store_cursors,
)
from rtu_agent.output.sqlite_file import is_damaged, set_aside, transaction
from rtu_agent.output.transfer import DeadLetter

BATCH_BYTES: Final = 1024 * 1024
"""Rows are handed out together until they are this long."""
MOST_DEAD_LETTERS: Final = 10_000
_SPARE_PAGES: Final = 4096
"""Free pages that the file keeps for its next rows, 16 MiB."""
_GIVEN_BACK_PAGES: Final = 1024
"""Free pages given back at a time, so that nobody waits long."""

_DEAD_SQL: Final = "INSERT INTO dead (output, at_ms, reason, line) VALUES (?, ?, ?, ?)"
_OLD_DEAD_SQL: Final = "DELETE FROM dead WHERE id <= (SELECT max(id) FROM dead) - ?"

_GONE: Final = "the output is no longer configured"
_AT_LEAST: Final = "wrong checksum; at least so many"


class SpoolClosedError(Exception):
    """The spool was closed; a sender that comes back late from its server sees this."""


class Spool:
    """One file, one cursor for each of `outputs`. Opened at the first use, and again after it was set aside."""

    def __init__(self, path: Path, outputs: Sequence[str], limits: Limits) -> None:
        self.limits = limits
        self._path = path
        self._outputs = tuple(outputs)
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._end = Mark()
        self._cursors: dict[str, Mark] = {}
        self._losses: list[Loss] = []

    def open(self) -> None:
        """Open or make the file.

        Raises:
            SpoolRefusedError: the file is another program's or a later version's; it is left as it is.
            FileSetAsideError: the file was damaged and is set aside; the next call makes a new one.
            sqlite3.Error, OSError: the disk does not let us, now.

        The same are raised by every method below, `SpoolClosedError` after `close`.
        """
        with self._using():
            pass

    def append(self, body: bytes, records: int, oldest_ms: int, newest_ms: int, now_ms: int) -> None:
        """Commit a batch of `records` lines; batches beyond the limits are dropped, oldest first."""
        with self._using() as connection:
            begin = self._end
            end = Mark(begin.row + 1, begin.records + records, begin.size + len(body))
            with transaction(connection):
                insert_row(connection, Row(begin, end, oldest_ms, newest_ms, body))
                cursors, losses = self._within_limits(connection, end, now_ms)
                store_cursors(connection, cursors)
            self._end, self._cursors = end, cursors
            self._losses += losses

    def next(self, output: str) -> Batch | None:
        """Return what `output` has to accept next, None when it has everything."""
        with self._using() as connection:
            cursor = position = self._cursors[output]
            lines: list[bytes] = []
            damaged = 0
            for row in intact_rows(connection, BEHIND, cursor.row):
                damaged += row.begin.records - position.records
                lines += row.body.split(b"\n")
                position = row.end
                if position.size - cursor.size >= BATCH_BYTES:
                    break
            else:
                damaged += self._end.records - position.records
                position = self._end
            if position == cursor:
                _give_back_room(connection)
                return None
            return Batch(position, tuple(lines), damaged)

    def acknowledge(self, output: str, batch: Batch, dead: Sequence[DeadLetter], now_ms: int) -> int:
        """Commit that `output` is done with `batch`; keep the lines that its server refused.

        Returns how many records it has accepted. Records that were dropped meanwhile are not among them.
        """
        with self._using() as connection:
            cursor = self._cursors[output]
            cursors = self._cursors | {output: max(cursor, batch.end)}
            with transaction(connection):
                connection.executemany(_DEAD_SQL, [(output, now_ms, each.reason, each.line) for each in dead])
                if dead:
                    connection.execute(_OLD_DEAD_SQL, (MOST_DEAD_LETTERS,))
                store_cursors(connection, cursors)
            self._cursors = cursors
            if batch.damaged:
                self._losses.append(Loss(output, batch.damaged, "corrupt", f"wrong checksum in {self._path}"))
            return max(0, cursors[output].records - cursor.records - batch.damaged - len(dead))

    def backlog(self, output: str) -> Backlog:
        """Return how much `output` has still to accept."""
        with self._using() as connection:
            cursor = self._cursors[output]
            oldest_ms = next((row.oldest_ms for row in intact_rows(connection, BEHIND, cursor.row)), None)
            return Backlog(self._end.records - cursor.records, self._end.size - cursor.size, oldest_ms)

    def take_losses(self) -> Sequence[Loss]:
        """Return every loss since the last call, each once."""
        with self._lock:
            losses, self._losses = self._losses, []
            return losses

    def close(self) -> None:
        """Close the file, for good."""
        with self._lock:
            self._closed = True
            self._disconnect()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed:
                raise SpoolClosedError
            try:
                yield self._connected()
            except sqlite3.Error as error:
                known = {output: self._end.records - mark.records for output, mark in self._cursors.items()}
                opened = self._disconnect()
                if not is_damaged(error):
                    raise
                raise self._set_aside(error, known if opened else None) from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = open_spool(self._path)
            try:
                self._load(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _load(self, connection: sqlite3.Connection) -> None:
        """Read the marks. A new output begins with the oldest row; one that is no longer configured is forgotten."""
        stored = intact_cursors(connection)
        begin = next((row.begin for row in intact_rows(connection, ALL)), None)
        ends = [row.end for row in islice(intact_rows(connection, BACKWARDS), 1)]
        end = max([self._end, *ends, *stored.values()])
        cursors = {output: stored.get(output, begin or end) for output in self._outputs}
        with transaction(connection):
            damaged = connection.execute("DELETE FROM batch WHERE id > ?", (end.row,)).rowcount
            connection.execute("DELETE FROM cursor")
            store_cursors(connection, cursors)
        self._end, self._cursors = end, cursors
        gone = {output: end.records - mark.records for output, mark in stored.items() if output not in cursors}
        self._losses += [Loss(output, records, "unwritable", _GONE) for output, records in gone.items() if records]
        if damaged:  # what they held is not known; a batch is one record at least
            self._losses += [Loss(output, damaged, "corrupt", f"{self._path}: {_AT_LEAST}") for output in cursors]

    def _within_limits(
        self, connection: sqlite3.Connection, end: Mark, now_ms: int
    ) -> tuple[dict[str, Mark], list[Loss]]:
        cursors, losses = dict(self._cursors), list[Loss]()
        bounds: list[tuple[Literal["overflow", "age"], str, int]] = [
            ("overflow", FROM_BYTES, end.size - self.limits.max_bytes),
            ("age", FROM_TIME, now_ms - self.limits.keep_ms),
        ]
        for reason, which, floor in bounds:
            kept = next((row.begin for row in intact_rows(connection, which, floor)), end)
            for output, cursor in cursors.items():
                if cursor < kept:
                    cursors[output] = kept
                    losses.append(Loss(output, kept.records - cursor.records, reason))
        return cursors, losses

    def _set_aside(self, error: sqlite3.Error, backlogs: Mapping[str, int] | None) -> Exception:
        """Make room for a new file; what waited in the old one is lost to every output."""
        problem = set_aside(self._path, error)
        exact = backlogs is not None
        known = last_known_backlogs(problem.aside) if backlogs is None else backlogs
        for output in self._outputs:
            detail = f"in {problem.aside}" if exact else f"in {problem.aside}; at least so many"
            self._losses.append(Loss(output, known.get(output, 0), "corrupt", detail))
        return problem

    def _disconnect(self) -> bool:
        """Close the file; tell whether it was open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        return connection is not None


def _give_back_room(connection: sqlite3.Connection) -> None:
    """Make the file smaller after a long outage, a little at a time."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free > _SPARE_PAGES:
        # `execute` would stop after the first page, because this statement answers with rows that have no columns.
        connection.executescript(f"PRAGMA incremental_vacuum({_GIVEN_BACK_PAGES})")
