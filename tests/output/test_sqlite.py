"""The embedded store: values in = values out, a file a day, readers and writer do not hinder each other."""

import json
import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record, Series, Value
from rtu_agent.output.day_file import DayFileError
from rtu_agent.output.outgoing import fit
from rtu_agent.output.sqlite import SqliteOutput, SqliteSettings
from rtu_agent.output.sqlite_file import FileSetAsideError
from support.records import DAY_MS, NOON_MS, numbered, record, series

TODAY = "readings-20261118.sqlite"
ALL_KINDS = series(
    "all", [Field("f", "float", "V"), Field("i", "int"), Field("b", "bool"), Field("s", "string"), Field("gone")]
)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a person's query sees."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteOutput]:
    """A store in a folder that does not exist yet."""
    output = SqliteOutput("sqlite", SqliteSettings(directory=tmp_path / "data"))
    yield output
    output.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The store's folder."""
    return tmp_path / "data"


def test_every_kind_of_value_comes_back_as_it_was(store: SqliteOutput, data: Path) -> None:
    """A whole number stays a float in a float field, a code stays an integer, text stays text."""
    values = (230.0, 2**40, True, "SN-1", None)
    store.write([Record(ALL_KINDS, NOON_MS, values, RecordQuality.PARTIAL)])
    assert rows(data / TODAY, "SELECT field, value, typeof(value) FROM readings ORDER BY field") == [
        ("b", 1, "integer"),
        ("f", 230.0, "real"),
        ("i", 2**40, "integer"),
        ("quality", 1, "integer"),
        ("s", "SN-1", "text"),
    ]
    assert rows(data / TODAY, "SELECT DISTINCT time_ms, device FROM readings") == [(NOON_MS, "all")]


def test_the_series_tell_what_the_values_are(store: SqliteOutput, data: Path) -> None:
    """Kind, unit, measurement and tags, for whoever exports the file."""
    store.write([Record(ALL_KINDS, NOON_MS, (1.0, 2, False, "x", 3.0))])
    query = "SELECT device, field, kind, unit, measurement, tags FROM series WHERE field = 'f'"
    ((*described, tags),) = rows(data / TODAY, query)
    assert described == ["all", "f", "float", "V", "energy_meter"]
    assert json.loads(tags) == {"site": "plant-a", "bus": "floor1", "device": "all"}


def test_two_measurements_of_a_device_do_not_overwrite_each_other(store: SqliteOutput, data: Path) -> None:
    """Nor two series of one measurement that a tag tells apart, as in every database; even in one millisecond."""
    text = (Field("text", "string"),)
    value, state = (Series("modbus_event", {"device": "main", "kind": kind}, text) for kind in ("value", "state"))
    store.write([Record(state, NOON_MS, ("online",)), Record(value, NOON_MS, ("sentinel",), RecordQuality.PARTIAL)])
    store.write([record(0), record(1)])
    assert set(rows(data / TODAY, "SELECT value FROM readings WHERE field = 'text'")) == {("online",), ("sentinel",)}
    query = """
        SELECT measurement, time_ms - 1795003200000, value FROM reading JOIN series ON series.id = series
        WHERE field = 'quality' ORDER BY 1, 2, 3
    """
    assert rows(data / TODAY, query) == [
        ("energy_meter", 0, 0),
        ("energy_meter", 1000, 0),
        ("modbus_event", 0, 0),
        ("modbus_event", 0, 1),
    ]
    assert rows(data / TODAY, "SELECT value FROM latest WHERE field = 'quality'") == [(0,)]


@given(st.lists(st.tuples(st.floats(), st.integers(), st.booleans(), st.text(alphabet=st.characters())), max_size=5))
def test_any_value_is_stored_as_it_leaves_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, many: list[tuple[Value, ...]]
) -> None:
    """The same rule as for every other output."""
    folder = tmp_path_factory.mktemp("store")
    store = SqliteOutput("sqlite", SqliteSettings(directory=folder))
    sent = [Record(ALL_KINDS, NOON_MS + index, (*values, None)) for index, values in enumerate(many)]
    store.write(sent)
    store.close()
    expected = {
        (each.time_ms, field.name): fitting
        for each in sent
        for field, value in zip(ALL_KINDS.fields, each.values, strict=True)
        if (fitting := fit(value, field.kind)) is not None
    }
    if sent:
        found = rows(folder / TODAY, "SELECT time_ms, field, value FROM readings WHERE field <> 'quality'")
        assert {(time_ms, field): value for time_ms, field, value in found} == expected


def test_a_poll_without_an_answer_is_stored_as_such(store: SqliteOutput, data: Path) -> None:
    """A gap can be told from an agent that was off."""
    store.write([Record(ALL_KINDS, NOON_MS, (None,) * 5, RecordQuality.NO_ANSWER)])
    assert rows(data / TODAY, "SELECT field, value FROM readings") == [("quality", 3)]


def test_writing_a_record_again_changes_nothing(store: SqliteOutput, data: Path) -> None:
    """A group is written again when its commit was not known to have succeeded."""
    store.write(numbered(10))
    before = rows(data / TODAY, "SELECT * FROM readings")
    store.write(numbered(10))
    assert rows(data / TODAY, "SELECT * FROM readings") == before
    assert len(before) == 40


def test_the_latest_value_of_every_series_is_at_hand(store: SqliteOutput, data: Path) -> None:
    """In the order of time, not of arrival; a value that is missing leaves the one before."""
    store.write([record(5), record(3)])
    store.write([record(4), Record(record().series, NOON_MS + 9000, (None, 1.0, None))])
    query = "SELECT field, time_ms - ?, value FROM latest WHERE device = 'main' ORDER BY field".replace(
        "?", str(NOON_MS)
    )
    assert rows(data / TODAY, query) == [
        ("active_power_w", 9000, 1.0),
        ("quality", 9000, 0),
        ("status_code", 5000, 3),
        ("voltage_l1_n_v", 5000, 5.0),
    ]


def test_each_day_has_its_file_and_late_records_find_theirs(store: SqliteOutput, data: Path) -> None:
    """By the time of the record, in UTC."""
    store.write([record(0), record(1, time_ms=NOON_MS + DAY_MS), record(2, time_ms=NOON_MS - DAY_MS)])
    store.write([record(3, time_ms=NOON_MS - 2 * DAY_MS), record(4, time_ms=NOON_MS - 1)])
    store.close()
    query = "SELECT value FROM readings WHERE field = 'voltage_l1_n_v' ORDER BY value"
    assert {path.name: [row[0] for row in rows(path, query)] for path in data.iterdir()} == {
        "readings-20261116.sqlite": [3.0],
        "readings-20261117.sqlite": [2.0],
        "readings-20261118.sqlite": [0.0, 4.0],
        "readings-20261119.sqlite": [1.0],
    }


def test_the_latest_values_are_carried_into_a_new_day(store: SqliteOutput, data: Path) -> None:
    """A value that is read once at start is still at hand after midnight."""
    store.write([Record(ALL_KINDS, NOON_MS, (1.0, 2, True, "SN-1", None))])
    store.write([Record(ALL_KINDS, NOON_MS + DAY_MS, (5.0, None, None, None, None))])
    query = "SELECT field, value FROM latest ORDER BY field"
    assert rows(data / "readings-20261119.sqlite", query) == [
        ("b", 1),
        ("f", 5.0),
        ("i", 2),
        ("quality", 0),
        ("s", "SN-1"),
    ]


def test_a_device_that_is_gone_for_longer_than_keep_is_forgotten(tmp_path: Path) -> None:
    """The latest values do not collect every device that ever was."""
    store = SqliteOutput("sqlite", SqliteSettings.model_validate({"directory": str(tmp_path), "keep": "2d"}))
    store.write(numbered(1, series("removed")))
    for day in range(1, 5):
        store.write([record(time_ms=NOON_MS + day * DAY_MS)])
    store.close()
    devices = "SELECT DISTINCT device FROM latest ORDER BY device"
    assert rows(tmp_path / "readings-20261120.sqlite", devices) == [("main",), ("removed",)]
    assert rows(tmp_path / "readings-20261122.sqlite", devices) == [("main",)]


def test_days_older_than_keep_are_removed_when_a_day_begins(tmp_path: Path) -> None:
    """At least `keep` is kept, at every moment of the day."""
    store = SqliteOutput("sqlite", SqliteSettings.model_validate({"directory": str(tmp_path), "keep": "36h"}))
    for day in range(5):
        store.write([record(time_ms=NOON_MS + day * DAY_MS)])
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"readings-202611{day}.sqlite" for day in (20, 21, 22)]


def test_a_reader_does_not_block_the_writer(store: SqliteOutput, data: Path) -> None:
    """A dashboard with a slow query costs no record."""
    store.write(numbered(1))
    reader = sqlite3.connect(data / TODAY)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*) FROM readings").fetchone()
    started = time.monotonic()
    store.write(numbered(100, start=1))
    assert time.monotonic() - started < 1.0
    assert reader.execute("SELECT count(*) FROM readings").fetchone() == before
    reader.close()


def test_a_failed_write_leaves_nothing_half_done(store: SqliteOutput, data: Path) -> None:
    """The same records go in when the disk is well again."""
    store.write(numbered(1))
    lock = sqlite3.connect(data / TODAY)
    lock.execute("ALTER TABLE reading RENAME TO hidden")
    with pytest.raises(sqlite3.OperationalError):
        store.write([Record(ALL_KINDS, NOON_MS, (1.0, 2, True, "x", None))])
    lock.execute("ALTER TABLE hidden RENAME TO reading")
    lock.close()
    store.write([Record(ALL_KINDS, NOON_MS, (1.0, 2, True, "x", None))])
    assert rows(data / TODAY, "SELECT field, value FROM readings WHERE device = 'all' ORDER BY field") == [
        ("b", 1),
        ("f", 1.0),
        ("i", 2),
        ("quality", 0),
        ("s", "x"),
    ]


def test_a_record_that_does_not_fit_its_series_mixes_up_no_others(store: SqliteOutput, data: Path) -> None:
    """What a failed write had prepared is forgotten with it, or values would go to another series."""
    broken = Record(ALL_KINDS, NOON_MS, (1.0,))
    with pytest.raises(ValueError, match="zip"):
        store.write([record(1), broken])
    store.write([Record(ALL_KINDS, NOON_MS, (2.0, None, None, None, None))])
    store.write([record(3)])
    query = "SELECT device, field, value FROM readings WHERE field IN ('f', 'voltage_l1_n_v') ORDER BY device"
    assert rows(data / TODAY, query) == [("all", "f", 2.0), ("main", "voltage_l1_n_v", 3.0)]


def test_a_damaged_day_is_set_aside_and_a_new_file_begun(store: SqliteOutput, data: Path) -> None:
    """The agent goes on; what is in the damaged file is left for whoever wants to look."""
    data.mkdir()
    (data / TODAY).write_bytes(b"garbage" * 1000)
    with pytest.raises(FileSetAsideError, match=rf"{TODAY} is damaged"):
        store.write(numbered(2))
    store.write(numbered(2))
    assert len(rows(data / TODAY, "SELECT * FROM readings")) == 8
    assert (data / f"{TODAY}.damaged-1").exists()


def test_a_file_of_another_version_is_left_alone(store: SqliteOutput, data: Path) -> None:
    """The message names the file and the mend."""
    data.mkdir()
    connection = sqlite3.connect(data / TODAY)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(DayFileError, match=rf"{TODAY} has format 7"):
        store.write(numbered(1))


def test_not_a_number_is_not_stored(store: SqliteOutput, data: Path) -> None:
    """SQLite would make NULL of it."""
    store.write([record(values=(math.nan, math.inf, 1))])
    query = "SELECT field, value FROM readings ORDER BY field"
    assert rows(data / TODAY, query) == [("quality", 1), ("status_code", 1)]


def test_one_metric_of_a_day_is_found_without_a_scan(store: SqliteOutput, data: Path) -> None:
    """The query that everybody makes walks along the primary key."""
    store.write(numbered(3))
    query = "SELECT time_ms, value FROM readings WHERE device = 'main' AND field = 'voltage_l1_n_v' AND time_ms > 0"
    plan = [row[3] for row in rows(data / TODAY, f"EXPLAIN QUERY PLAN {query}")]
    assert any("reading USING PRIMARY KEY (series=? AND time_ms>?)" in step for step in plan)


def test_settings_have_their_defaults_and_refuse_the_rest() -> None:
    """`sqlite: {}` is a whole entry."""
    settings = SqliteSettings.model_validate({})
    assert (settings.directory, settings.keep) == (Path("data"), 30 * 86_400)
    with pytest.raises(ValidationError, match="a duration needs a unit"):
        SqliteSettings.model_validate({"keep": 30})
    with pytest.raises(ValidationError, match="Extra inputs"):
        SqliteSettings.model_validate({"path": "x"})
