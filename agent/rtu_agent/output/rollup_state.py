"""What a rollup knows between two batches: the lines of the windows that may still change. Rows of one SQLite file.

series   measurement and tags, as in line protocol
line     the lines, by time and series; taking one again changes nothing
due      windows of a series that have lines which the server has not accepted a rollup of
counted  the last values of counters, and of what is not always stored, in each window, for the windows after it
done     windows whose lines are gone: nothing can be added to them any more
restart  when counters of a device went on from another value
"""

import sqlite3
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

from rtu_agent.output.line_reader import Line
from rtu_agent.output.rollup import KNOWN_BEFORE, window_of

MOST_DONE: Final = 100_000
"""Windows that are remembered as done: 69 days of windows of a minute."""

SCHEMA: Final = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE)",
    """CREATE TABLE line (
        time_ms INTEGER NOT NULL,
        series INTEGER NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (time_ms, series)
    ) WITHOUT ROWID""",
    """CREATE TABLE due (
        begin_ms INTEGER NOT NULL,
        series INTEGER NOT NULL,
        PRIMARY KEY (begin_ms, series)
    ) WITHOUT ROWID""",
    """CREATE TABLE counted (
        series INTEGER NOT NULL,
        field TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (series, field, time_ms)
    ) WITHOUT ROWID""",
    "CREATE TABLE done (id INTEGER PRIMARY KEY, begin_ms INTEGER NOT NULL UNIQUE)",
    """CREATE TABLE restart (
        device TEXT NOT NULL,
        field TEXT NOT NULL,
        time_ms INTEGER NOT NULL,
        PRIMARY KEY (device, field, time_ms)
    ) WITHOUT ROWID""",
)
"""The last table is not in files of format 1."""
# Two records of one time are one point in a database, with the fields of both.
_LINE_SQL: Final = """
    INSERT INTO line VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fields = fields || ',' || excluded.fields
        WHERE instr(',' || fields || ',', ',' || excluded.fields || ',') = 0
"""
_DUE_SQL: Final = "INSERT OR IGNORE INTO due VALUES (?, ?)"
_LATER_SQL: Final = """
    INSERT OR IGNORE INTO due SELECT DISTINCT time_ms - time_ms % ?, series FROM line WHERE series = ? AND time_ms >= ?
"""
_BEFORE_SQL: Final = f"""
    SELECT field, time_ms, value FROM (
        SELECT field, time_ms, value, row_number() OVER (PARTITION BY field ORDER BY time_ms DESC) AS place
        FROM counted WHERE series = ? AND time_ms < ?
    ) WHERE place <= {KNOWN_BEFORE} ORDER BY field, time_ms
"""  # noqa: S608 - a number of ours
_FORGET_COUNTED_SQL: Final = f"""
    DELETE FROM counted WHERE time_ms < ?1 AND (series, field, time_ms) IN (
        SELECT series, field, time_ms FROM (
            SELECT series, field, time_ms,
                row_number() OVER (PARTITION BY series, field ORDER BY time_ms DESC) AS place
            FROM counted WHERE time_ms < ?1
        ) WHERE place > {KNOWN_BEFORE}
    )
"""  # noqa: S608 - a number of ours
_DONE_SQL: Final = (
    "INSERT OR IGNORE INTO done (begin_ms) SELECT DISTINCT time_ms - time_ms % ? FROM line WHERE time_ms < ?"
)

Due = tuple[int, int]
"""A window of a series: its beginning in milliseconds, the number of the series."""


class RollupState:
    """The rows, within a transaction of somebody else. After an error what it remembers may not be true any more.

    Every method may raise `sqlite3.Error`.
    """

    def __init__(self, connection: sqlite3.Connection, length_ms: int) -> None:
        """`length_ms` is that of a window."""
        self._connection = connection
        self._length_ms = length_ms
        self._ids: dict[str, int] = dict(connection.execute("SELECT key, id FROM series"))
        newest = connection.execute("SELECT series, max(time_ms) FROM line GROUP BY series")
        self._newest_ms: dict[int, int] = dict(newest)

    def take(self, lines: Iterable[Line]) -> int:
        """Keep the lines; return how many belong to windows that are done. A line taken before changes nothing."""
        done: dict[int, bool] = {}
        late = 0
        for line in lines:
            begin_ms = window_of(line.time_ms, self._length_ms)
            if begin_ms not in done:
                query = "SELECT 1 FROM done WHERE begin_ms = ?"
                done[begin_ms] = self._connection.execute(query, (begin_ms,)).fetchone() is not None
            if done[begin_ms]:
                late += 1
            else:
                self._take(line, begin_ms)
        return late

    def due(self, until_ms: int) -> list[Due]:
        """Return the windows that end at or before a time and wait for their rollup, oldest first."""
        query = "SELECT begin_ms, series FROM due WHERE begin_ms <= ? ORDER BY begin_ms, series"
        return self._connection.execute(query, (until_ms - self._length_ms,)).fetchall()

    def lines(self, begin_ms: int, wanted: Container[int]) -> dict[int, list[Line]]:
        """Return the lines of a window, by series and by time."""
        keys = {number: key for key, number in self._ids.items()}
        found: dict[int, list[Line]] = {}
        query = "SELECT series, fields, time_ms FROM line WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms"
        for series, fields, time_ms in self._connection.execute(query, (begin_ms, begin_ms + self._length_ms)):
            if series in wanted:
                found.setdefault(series, []).append(Line(keys[series], fields, time_ms))
        return found

    def before(self, window: Due, restarts: Mapping[str, Sequence[int]]) -> dict[str, list[tuple[int, float]]]:
        """Return the times and last values that are remembered of a series before a window, by their fields.

        What a counter said before it went on from another value is none of them.
        """
        begin_ms, series = window
        found: dict[str, list[tuple[int, float]]] = {}
        for field, time_ms, value in self._connection.execute(_BEFORE_SQL, (series, begin_ms)):
            if not any(time_ms < restart_ms < begin_ms for restart_ms in restarts.get(field, ())):
                found.setdefault(field, []).append((time_ms, value))
        return found

    def note_restarts(self, device: str, fields: Iterable[str], time_ms: int) -> None:
        """Keep that counters of a device went on from another value; saying it again changes nothing."""
        rows = [(device, field, time_ms) for field in fields]
        self._connection.executemany("INSERT OR IGNORE INTO restart VALUES (?, ?, ?)", rows)

    def restarts(self, device: str) -> dict[str, list[int]]:
        """Return when the counters of a device went on from another value, by their fields."""
        found: dict[str, list[int]] = {}
        query = "SELECT field, time_ms FROM restart WHERE device = ? ORDER BY time_ms"
        for field, time_ms in self._connection.execute(query, (device,)):
            found.setdefault(field, []).append(time_ms)
        return found

    def note_counted(self, window: Due, counted: Mapping[str, Sequence[tuple[int, float]]]) -> None:
        """Keep the last values in a window that the windows after it need."""
        begin_ms, series = window
        span = (series, begin_ms, begin_ms + self._length_ms)
        self._connection.execute("DELETE FROM counted WHERE series = ? AND time_ms >= ? AND time_ms < ?", span)
        rows = [(series, field, *each) for field, values in counted.items() for each in values]
        self._connection.executemany("INSERT INTO counted VALUES (?, ?, ?, ?)", rows)

    def settle(self, windows: Sequence[Due]) -> None:
        """Note that the server has the rollups of these windows."""
        self._connection.executemany("DELETE FROM due WHERE begin_ms = ? AND series = ?", windows)

    def renew(self, rollup: Line | None) -> bool:
        """Make the window that `rollup` stands for due again; False if none of its lines is there any more."""
        if rollup is None or rollup.key not in self._ids:
            return False
        window = (rollup.time_ms, self._ids[rollup.key])
        if not self.lines(rollup.time_ms, window[1:]):
            return False
        self._connection.execute(_DUE_SQL, window)
        return True

    def forget(self, before_ms: int) -> None:
        """Let the lines of windows go that end at or before a time and are not due; the windows are done then."""
        (due_ms,) = self._connection.execute("SELECT min(begin_ms) FROM due").fetchone()
        end_ms = window_of(before_ms, self._length_ms)
        end_ms = end_ms if due_ms is None else min(end_ms, due_ms)
        self._connection.execute(_DONE_SQL, (self._length_ms, end_ms))
        if self._connection.execute("DELETE FROM line WHERE time_ms < ?", (end_ms,)).rowcount:
            self._connection.execute(_FORGET_COUNTED_SQL, (end_ms,))
            self._connection.execute("DELETE FROM restart WHERE time_ms < (SELECT min(time_ms) FROM counted)")
            self._connection.execute("DELETE FROM done WHERE id <= (SELECT max(id) FROM done) - ?", (MOST_DONE,))

    def _take(self, line: Line, begin_ms: int) -> None:
        series = self._series(line.key)
        if not self._connection.execute(_LINE_SQL, (line.time_ms, series, line.fields)).rowcount:
            return
        if line.time_ms >= self._newest_ms.get(series, line.time_ms):
            self._newest_ms[series] = line.time_ms
            self._connection.execute(_DUE_SQL, (begin_ms, series))
        else:  # it came late: what later windows count begins elsewhere now
            self._connection.execute(_LATER_SQL, (self._length_ms, series, begin_ms))

    def _series(self, key: str) -> int:
        number = self._ids.get(key)
        if number is None:
            query = "INSERT INTO series (key) VALUES (?) RETURNING id"
            number = int(self._connection.execute(query, (key,)).fetchone()[0])
            self._ids[key] = number
        return number
