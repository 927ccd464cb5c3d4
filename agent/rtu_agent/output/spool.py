"""The spool: what network outputs have not accepted yet, on disk, in one file for all of them.

Theory of operation. A batch of line protocol is one row. Rows are numbered upwards; each output has a cursor, the mark
behind the last row it is done with; a row goes when every cursor is behind it. A *mark* is a position in the endless
stream of all that was ever appended: row number, records and bytes up to there. So the backlog of an output is the
difference of two marks, however long it is, and a drop is nothing but a cursor that is moved. In a long backlog an
output works on the newest rows and on the oldest at once: see `progress`.

What `append` and `acknowledge` have committed survives `kill -9` and a power cut. Between the server's answer and
`acknowledge` the agent may die: then the batch is sent again, which changes nothing at the server.

A row whose checksum is wrong is never sent; the gap between the marks before and behind it tells what was lost. After
SQLite has called the file damaged, the next call copies what can be read of it into a new one, see `salvage`; the marks
go on counting, so that a batch that is on its way while that happens stays what it was. After any other error the file
is closed and opened again, because a disk that came back may need it.

Every method may be called from any thread. Times are milliseconds since 1970.
"""

import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Final

from rtu_agent.output import dead_letters
from rtu_agent.output.contract import DeadLetter
from rtu_agent.output.marks import Backlog, Batch, Limits, Loss, Mark
from rtu_agent.output.portion import portions, split_if_long
from rtu_agent.output.progress import Progress, records_in, size_of
from rtu_agent.output.salvage import finish_salvage, salvage
from rtu_agent.output.spool_file import open_spool
from rtu_agent.output.spool_limits import dropped, within_limits
from rtu_agent.output.spool_rows import (
    ALL,
    BACKWARDS,
    Row,
    forget_progress,
    insert_row,
    intact_progress,
    intact_rows,
    store_progress,
    times_behind,
)
from rtu_agent.output.sqlite_file import is_damaged, transaction

_SPARE_PAGES: Final = 4096
"""Free pages that the file keeps for its next rows, 16 MiB."""
_GIVEN_BACK_PAGES: Final = 1024
"""Free pages given back at a time, so that nobody waits long."""

_GONE: Final = "the output is no longer configured"
_AT_LEAST: Final = "wrong checksum; at least so many"


class SpoolClosedError(Exception):
    """The spool was closed, or to this output; a sender that comes back late from its server sees this."""


class SpoolDamagedError(Exception):
    """The file is damaged; the next call saves what can be read of it."""


class Spool:
    """One file, one cursor for each of `outputs`. Opened at the first use, and again after it was damaged."""

    def __init__(self, path: Path, outputs: Iterable[str], limits: Limits, in_order: Container[str] = ()) -> None:
        """`in_order` are the outputs that get the oldest records first, however many wait."""
        self.limits = limits
        self._in_order = in_order
        self._path = path
        self._outputs = tuple(outputs)
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._damage: sqlite3.Error | None = None
        self._closed = False
        self._end = Mark()
        self._progress: dict[str, Progress] = {}
        self._losses: list[Loss] = []

    def open(self) -> None:
        """Open or make the file.

        Raises:
            SpoolRefusedError: the file is another program's or a later version's; it is left as it is.
            SpoolDamagedError: the file is damaged; the next call saves what can be read of it.
            sqlite3.Error, OSError: the disk does not let us, now.

        The same are raised by every method below, `SpoolClosedError` after `close`.
        """
        with self._using():
            pass

    def serve(self, outputs: Iterable[str], limits: Limits, in_order: Container[str] = ()) -> None:
        """Serve these outputs from now on: new ones begin with the oldest row, what waits for the others is dropped.

        On a disk that fails now this is done at the next use.
        """
        with self._lock:
            self._outputs, self.limits, self._in_order = tuple(outputs), limits, in_order
            self._disconnect()
        self.open()

    def append(self, body: bytes, records: int, oldest_ms: int, newest_ms: int, now_ms: int) -> None:
        """Commit a batch of `records` lines; batches beyond the limits are dropped, oldest first."""
        with self._using() as connection:
            begin = self._end
            end = Mark(begin.row + 1, begin.records + records, begin.size + len(body))
            with transaction(connection):
                insert_row(connection, Row(begin, end, oldest_ms, newest_ms, body))
                progress, losses = within_limits(connection, self._progress, end, self.limits, now_ms)
                if losses:
                    store_progress(connection, progress)
            self._end, self._progress = end, progress
            self._losses += losses

    def next(self, output: str) -> Batch | None:
        """Return what `output` has to accept next, None when it has everything."""
        with self._using(output) as connection:
            if output not in self._in_order:
                self._progress[output] = split_if_long(connection, self._progress[output], self._end)
            parts = portions(connection, self._progress[output].waiting(self._end))
            again = dead_letters.asked_again(connection, output)
            if not parts and not again:
                _give_back_room(connection)
                return None
            lines = tuple(line for each in parts for line in each.lines)
            damaged = sum(each.damaged for each in parts) + list(again.values()).count(None)
            intact = tuple(line for line in again.values() if line is not None)
            return Batch(lines, tuple(each.span for each in parts), damaged, intact, tuple(again))

    def acknowledge(
        self, output: str, batch: Batch, dead: Sequence[DeadLetter], now_ms: int, made: Sequence[DeadLetter] = ()
    ) -> int:
        """Commit that `output` is done with `batch`; keep the lines that its server refused.

        `dead` are lines of the batch, `made` are others that the output has made of them. Returns how many records it
        has accepted. Records that were dropped meanwhile are not among them.
        """
        with self._using(output) as connection:
            before = after = self._progress[output]
            for span in batch.spans:
                after = after.finished(span)
            with transaction(connection):
                dead_letters.forget(connection, batch.letters)
                dead_letters.keep(connection, dead_letters.kept(output, now_ms, [*dead, *made]))
                store_progress(connection, {output: after})
            self._progress[output] = after
            if batch.damaged:
                self._losses.append(Loss(output, batch.damaged, "corrupt", f"wrong checksum in {self._path}"))
            done = self._waiting(before) - self._waiting(after) + len(batch.letters)
            return max(0, done - batch.damaged - len(dead))

    def backlog(self, output: str) -> Backlog:
        """Return how much `output` has still to accept."""
        with self._using(output) as connection:
            progress = self._progress[output]
            waiting = progress.waiting(self._end)
            times = times_behind(connection, progress.done) if waiting else None
            again = dead_letters.count_again(connection, output)
            return Backlog(records_in(waiting) + again, size_of(waiting), times[0] if times else None)

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
    def _using(self, output: str | None = None) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed or (output is not None and output not in self._outputs):
                raise SpoolClosedError
            try:
                yield self._connected()
            except sqlite3.Error as error:
                self._disconnect()
                if not is_damaged(error):
                    raise
                self._damage = error
                words = f"{self._path} is damaged ({error}); what can be read of it is put into a new file"
                raise SpoolDamagedError(words) from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._damage is not None:
                self._salvage(self._damage)
            finish_salvage(self._path)
            connection = open_spool(self._path)
            try:
                self._load(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _salvage(self, damage: sqlite3.Error) -> None:
        problem = salvage(self._path, self._progress or None, damage)
        self._damage = None
        detail = f"what cannot be read of a damaged spool is in {problem.aside}; at least so many"
        self._losses += [Loss(output, 0, "corrupt", detail) for output in self._outputs]

    def _load(self, connection: sqlite3.Connection) -> None:
        """Read the marks. A new output begins with the oldest row; one that is no longer configured is forgotten."""
        stored = intact_progress(connection)
        begin = next((row.begin for row in intact_rows(connection, ALL)), None)
        ends = [row.end for row in islice(intact_rows(connection, BACKWARDS), 1)]
        end = max([self._end, *ends, *(each.last for each in stored.values())])
        oldest = begin or end
        wanted = {output: stored.get(output, Progress(oldest)) for output in self._outputs}
        progress, losses = dropped(wanted, oldest, end, "corrupt", f"wrong checksum in {self._path}")
        with transaction(connection):
            damaged = connection.execute("DELETE FROM batch WHERE id > ?", (end.row,)).rowcount
            forget_progress(connection)
            store_progress(connection, progress)
            if not progress:
                connection.execute("DELETE FROM batch")
        self._end, self._progress = end, progress
        gone = {output: records_in(each.waiting(end)) for output, each in stored.items() if output not in progress}
        losses += [Loss(output, records, "unwritable", _GONE) for output, records in gone.items() if records]
        if damaged:  # what they held is not known; a batch is one record at least
            losses += [Loss(output, damaged, "corrupt", f"{self._path}: {_AT_LEAST}") for output in progress]
        self._losses += losses

    def _waiting(self, progress: Progress) -> int:
        return records_in(progress.waiting(self._end))

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _give_back_room(connection: sqlite3.Connection) -> None:
    """Make the file smaller after a long outage, a little at a time."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free > _SPARE_PAGES:
        # `execute` would stop after the first page, because this statement answers with rows that have no columns.
        connection.executescript(f"PRAGMA incremental_vacuum({_GIVEN_BACK_PAGES})")
