"""The embedded store with very many values: how long a person waits for an answer."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.outputs_data import DEVICES, FIELDS, groups, records
from rtu_agent.domain.record import Record
from rtu_agent.output.sqlite import SqliteOutput, SqliteSettings
from support.records import NOON_MS

PERIOD_S = 60
ROUNDS = 5
_DAY_MS = 86_400_000
_WHERE = "series = (SELECT id FROM series WHERE device = 'meter-042' AND field = 'active_power_w')"


def store(folder: Path, rows: float) -> tuple[Any, ...]:
    """Write about so many rows, one record of each device a minute; return the table of what questions cost."""
    number = int(rows / (len(FIELDS) + 1))
    output = SqliteOutput("sqlite", SqliteSettings.model_validate({"directory": folder, "keep": "3650d"}))
    started = time.perf_counter()
    for group in groups(records(number)):
        # The data give a record each millisecond; the store is to have one of each device a minute.
        output.write([Record(each.series, _time_of(each.time_ms), each.values) for each in group])
    output.close()
    took = time.perf_counter() - started
    files = sorted(folder.glob("readings-*.sqlite"))
    size = sum(file.stat().st_size for file in files)
    newest = _time_of(NOON_MS + number - 1)
    return (
        f"SQLite, {number * (len(FIELDS) + 1):,} values of {DEVICES} devices in {len(files)} files",
        ("question", "answer"),
        ("write, per record of ten floats and its quality", f"{took / number * 1e6:.0f} µs"),
        ("on the disk, per value", f"{size / number / (len(FIELDS) + 1):.1f} bytes"),
        ("one field, last 24 h (two files)", _ms(lambda: _day(files[-2:], newest - _DAY_MS))),
        ("one field, means of five minutes over the newest 7 days", _ms(lambda: _means(files[-7:]))),
        ("every field of every device as it is now", _ms(lambda: _latest(files[-1]))),
        ("one field, the mean of each day in all files", _ms(lambda: _means(files, _DAY_MS))),
        ("remove the oldest day", _ms(files[0].unlink, 1)),
    )


def _time_of(made_ms: int) -> int:
    at = made_ms - NOON_MS
    return NOON_MS + at // DEVICES * PERIOD_S * 1000 + at % DEVICES * 10


def _ms(work: Callable[[], object], rounds: int = ROUNDS) -> str:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return f"{min(times) * 1e3:.1f} ms"


def _ask(file: Path, query: str, *values: int) -> list[Any]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def _day(files: list[Path], from_ms: int) -> None:
    query = f"SELECT time_ms, value FROM reading WHERE {_WHERE} AND time_ms >= ?"
    rows = [row for file in files for row in _ask(file, query, from_ms)]
    assert rows, datetime.fromtimestamp(from_ms / 1000, UTC)


def _means(files: list[Path], length_ms: int = 300_000) -> None:
    query = f"SELECT time_ms / ?1 * ?1, avg(value) FROM reading WHERE {_WHERE} GROUP BY 1"
    assert [row for file in files for row in _ask(file, query, length_ms)]


def _latest(file: Path) -> None:
    assert len(_ask(file, "SELECT device, field, value FROM latest")) == DEVICES * (len(FIELDS) + 1)
