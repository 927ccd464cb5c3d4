"""CSV files: values in = values out, few files that open quickly, a torn end repaired, only our own files removed."""

import csv
import io
import os
import resource
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import EVENTS, IDENTITY, Field, Record, Series, Value
from rtu_agent.output.csv import CsvOutput, CsvSettings
from rtu_agent.output.csv_names import CsvName, remove_before
from rtu_agent.output.outgoing import fit
from support import hostile
from support.records import DAY_MS, METER, NOON_MS, numbered, record, series

TODAY = "main-20261118.csv"
FAST = series("main", [Field("active_power_w", "float", "W")])
SLOW = series("main", [Field("energy_import_active_kwh", "float", "kWh"), Field("active_power_w", "float", "W")])
ALL_KINDS = series("all", [Field("f"), Field("i", "int"), Field("b", "bool"), Field("s", "string")])


def output(folder: Path, **settings: Any) -> CsvOutput:
    """An output to this folder."""
    return CsvOutput("csv", CsvSettings.model_validate({"directory": str(folder)} | settings))


def names(folder: Path) -> list[str]:
    """Return the names of all files."""
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


def table(path: Path) -> list[list[str]]:
    """Return what a spreadsheet shows."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_a_file_is_what_a_spreadsheet_opens(tmp_path: Path) -> None:
    """Byte for byte: the mark by which it knows UTF-8, the names of the columns, a line for each record."""
    store = output(tmp_path)
    store.write([record(0), record(1, values=(None, 2.5, 3))])
    store.write([Record(METER, NOON_MS + 2500, (None, None, None), RecordQuality.NO_ANSWER)])
    assert (tmp_path / "main" / TODAY).read_bytes() == (
        b"\xef\xbb\xbftime,voltage_l1_n_v,active_power_w,status_code,quality\n"
        b"2026-11-18T12:00:00.000Z,0.0,1234.5,3,0\n"
        b"2026-11-18T12:00:01.000Z,,2.5,3,0\n"
        b"2026-11-18T12:00:02.500Z,,,,3\n"
    )


@given(st.lists(st.tuples(st.floats(), st.integers(), st.booleans(), st.text(alphabet=st.characters())), max_size=5))
def test_any_value_is_stored_as_it_leaves_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, many: list[tuple[Value, ...]]
) -> None:
    """The same rule as for every other output; a text that a spreadsheet would calculate has a sign before it."""
    folder = tmp_path_factory.mktemp("csv")
    output(folder).write([Record(ALL_KINDS, NOON_MS + index, values) for index, values in enumerate(many)])
    if not many:
        return
    found = table(folder / "all" / "all-20261118.csv")[1:]
    assert len(found) == len(many)
    for (_, f, i, b, s, _), values in zip(found, many, strict=True):
        fitting = [fit(value, field.kind) for field, value in zip(ALL_KINDS.fields, values, strict=True)]
        assert [float(f) if f else None, int(i) if i else None, b == "true"] == fitting[:3]
        assert s in {fitting[3], f"'{fitting[3]}"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", '=HYPERLINK("http://evil")'])
def test_a_spreadsheet_calculates_nothing_that_a_device_said(tmp_path: Path, text: str) -> None:
    """The serial number of a device may be anything; numbers stay numbers."""
    output(tmp_path).write([Record(ALL_KINDS, NOON_MS, (-1.0, -2, True, text))])
    assert table(tmp_path / "all" / "all-20261118.csv")[1][1:] == ["-1.0", "-2", "true", f"'{text}", "0"]


@pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)
def test_hostile_text_makes_no_line_and_no_cell(tmp_path: Path, text: str) -> None:
    """A line is a record, whatever a device says."""
    store = output(tmp_path)
    store.write([Record(ALL_KINDS, NOON_MS + number, (1.0, 2, True, text)) for number in range(3)])
    path = tmp_path / "all" / "all-20261118.csv"
    assert [len(line) for line in table(path)] == [6] * 4
    assert path.read_bytes().count(b"\n") == 4


def test_the_groups_of_a_device_share_one_file(tmp_path: Path) -> None:
    """Those of one write from the beginning; a group that shows up later begins a new file, with all columns."""
    store = output(tmp_path)
    store.write([record(0, FAST, (1.0,)), record(1, SLOW, (5.0, 2.0)), record(2, FAST, (3.0,))])
    assert table(tmp_path / "main" / TODAY) == [
        ["time", "active_power_w", "energy_import_active_kwh", "quality"],
        ["2026-11-18T12:00:00.000Z", "1.0", "", "0"],
        ["2026-11-18T12:00:01.000Z", "2.0", "5.0", "0"],
        ["2026-11-18T12:00:02.000Z", "3.0", "", "0"],
    ]
    store.write([record(3)])
    store.write([record(4, FAST, (4.0,))])
    assert names(tmp_path) == ["main-20261118-2.csv", TODAY]
    assert table(tmp_path / "main" / "main-20261118-2.csv")[0] == [
        "time",
        "active_power_w",
        "energy_import_active_kwh",
        "voltage_l1_n_v",
        "status_code",
        "quality",
    ]
    assert len(table(tmp_path / "main" / "main-20261118-2.csv")) == 3


def test_a_restart_continues_the_file(tmp_path: Path) -> None:
    """Also when the groups show up one by one; the next day has the same columns at once."""
    output(tmp_path).write([record(0, SLOW, (5.0, 1.0))])
    again = output(tmp_path)
    again.write([record(1, FAST, (2.0,))])
    assert names(tmp_path) == [TODAY]
    assert table(tmp_path / "main" / TODAY)[2][1:] == ["", "2.0", "0"]
    next_day = output(tmp_path)
    next_day.write([record(0, FAST, (3.0,), NOON_MS + DAY_MS)])
    next_day.write([record(0, SLOW, (6.0, 4.0), NOON_MS + DAY_MS + 1)])
    assert names(tmp_path) == [TODAY, "main-20261119.csv"]


def test_a_column_that_is_gone_goes_with_the_next_day(tmp_path: Path) -> None:
    """The device got another driver, and its old columns do not stay for ever."""
    output(tmp_path).write([record(0, SLOW, (5.0, 1.0))])
    store = output(tmp_path)
    store.write([record(1, FAST, (2.0,))])
    store.write([record(1, FAST, (2.0,), NOON_MS + DAY_MS)])
    assert table(tmp_path / "main" / "main-20261119.csv")[0] == ["time", "active_power_w", "quality"]


def test_files_stay_small(tmp_path: Path) -> None:
    """A new one after so many rows, also within one write and after a restart."""
    store = output(tmp_path, max_rows=10)
    store.write(numbered(25))
    store.write(numbered(3, start=25))
    again = output(tmp_path, max_rows=10)
    again.write(numbered(5, start=28))
    lengths = [len(table(tmp_path / "main" / name)) - 1 for name in sorted(names(tmp_path), key=len)]
    assert sorted(lengths) == [3, 10, 10, 10]
    rows = [row for path in (tmp_path / "main").iterdir() for row in table(path)[1:]]
    assert sorted(float(row[1]) for row in rows) == [float(number) for number in range(33)]


def test_each_day_and_device_has_its_file(tmp_path: Path) -> None:
    """By the time of the record, in UTC; late records find theirs."""
    store = output(tmp_path)
    store.write([record(0), record(1, time_ms=NOON_MS + DAY_MS), record(2, series("other"))])
    store.write([record(3, time_ms=NOON_MS + 5000)])
    assert names(tmp_path) == [TODAY, "main-20261119.csv", "other-20261118.csv"]
    assert len(table(tmp_path / "main" / TODAY)) == 3


def test_what_is_written_about_a_device_has_files_of_its_own(tmp_path: Path) -> None:
    """Events with the tag that tells them apart; identity as text."""
    text = (Field("text", "string"),)
    tags = {"site": "s", "bus": "b", "device": "main"}
    event = Series(EVENTS, {**tags, "kind": "state"}, text)
    about = Series(IDENTITY, tags, (Field("serial_number", "string"),))
    store = output(tmp_path)
    store.write([record(0), Record(event, NOON_MS, ("online",)), Record(about, NOON_MS, ("007",))])
    assert names(tmp_path) == ["main-20261118.csv", "main-device_info-20261118.csv", "main-modbus_event-20261118.csv"]
    assert table(tmp_path / "main" / "main-modbus_event-20261118.csv") == [
        ["time", "kind", "text", "quality"],
        ["2026-11-18T12:00:00.000Z", "state", "online", "0"],
    ]
    assert table(tmp_path / "main" / "main-device_info-20261118.csv")[1][1] == "007"


@pytest.mark.parametrize("torn", [b"2026-11-18T12:00:05.000Z,1.0,12", b"\0" * 5000, b"2026-11-18T12:00"])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    """What a power cut leaves; the lines before it stay as they were."""
    output(tmp_path).write(numbered(2))
    path = tmp_path / "main" / TODAY
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    output(tmp_path).write(numbered(1, start=2))
    assert path.read_bytes().startswith(whole)
    assert [row[1] for row in table(path)[1:]] == ["0.0", "1.0", "2.0"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbftime,volt", b"\0" * 100])
def test_a_file_without_a_line_of_names_gets_one(tmp_path: Path, content: bytes) -> None:
    """It was begun in the moment of the power cut."""
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / TODAY).write_bytes(content)
    output(tmp_path).write(numbered(2))
    assert names(tmp_path) == [TODAY]
    assert [row[1] for row in table(tmp_path / "main" / TODAY)] == ["voltage_l1_n_v", "0.0", "1.0"]


def test_a_file_that_somebody_changed_while_we_ran_is_looked_at_again(tmp_path: Path) -> None:
    """Saved by an editor with other columns, or removed: the values go on in a file of ours."""
    store = output(tmp_path)
    store.write(numbered(1))
    path = tmp_path / "main" / TODAY
    path.write_text("my,own\ntable,here\n", encoding="utf-8")
    store.write(numbered(1, start=1))
    assert path.read_text(encoding="utf-8") == "my,own\ntable,here\n"
    assert [row[1] for row in table(tmp_path / "main" / "main-20261118-2.csv")[1:]] == ["1.0"]
    (tmp_path / "main" / "main-20261118-2.csv").unlink()
    path.unlink()
    store.write(numbered(1, start=2))
    assert [row[1] for row in table(path)[1:]] == ["2.0"]


def test_a_full_disk_costs_no_line_and_doubles_none(tmp_path: Path) -> None:
    """The same records are given again; those of other devices that were written already are not written twice."""
    store = output(tmp_path)
    long_text = [Record(ALL_KINDS, NOON_MS + number, (1.0, number, True, "x" * 3000)) for number in range(100)]
    group = [*numbered(10), *long_text]
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, unlimited[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.write(group)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert (tmp_path / "all" / "all-20261118.csv").stat().st_size == 0
    store.write(group)
    store.write(numbered(1, start=10))
    assert [row[1] for row in table(tmp_path / "main" / TODAY)[1:]] == [f"{number}.0" for number in range(11)]
    assert [row[2] for row in table(tmp_path / "all" / "all-20261118.csv")[1:]] == [str(n) for n in range(100)]


@pytest.mark.parametrize("settings", [{"max_rows": 4}, {"max": "1KiB"}], ids=["the next file", "the removal"])
def test_nothing_is_written_twice_when_what_follows_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    """The lines that have their place keep it."""
    store = output(tmp_path, **settings)
    store.write(numbered(1))
    real_open, real_scandir = os.open, os.scandir

    def full(path: Path, *rest: int) -> int:
        if Path(path).name != TODAY:
            raise OSError(28, "No space left on device")
        return real_open(path, *rest)

    def gone(path: Path) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, *(("open", full) if "max_rows" in settings else ("scandir", gone)))
    group = numbered(99, start=1)
    with pytest.raises(OSError, match=r"No space left|Input/output"):
        store.write(group)
    monkeypatch.setattr(os, "open", real_open)
    monkeypatch.setattr(os, "scandir", real_scandir)
    store.write(group)
    written = [row[1] for name in names(tmp_path) for row in table(tmp_path / "main" / name)[1:]]
    assert sorted(written, key=float) == [f"{number}.0" for number in range(100)]


def test_a_file_that_a_spreadsheet_has_locked_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows does it; the next lines go to a new file."""
    store = output(tmp_path)
    store.write(numbered(1))
    real = os.open

    def locked(path: Path, *rest: int) -> int:
        if Path(path).name == TODAY:
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", locked)
    store.write(numbered(1, start=1))
    assert [row[1] for row in table(tmp_path / "main" / "main-20261118-2.csv")[1:]] == ["1.0"]


def test_a_place_where_nothing_may_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless row of new files."""

    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(PermissionError):
        output(tmp_path).write(numbered(1))
    assert names(tmp_path) == []


# -- removal -----------------------------------------------------------------------------------------------------------


def test_days_older_than_keep_are_removed_when_a_day_begins(tmp_path: Path) -> None:
    """While the agent runs; at least three days are there at every moment. A clock that is set back removes none."""
    store = output(tmp_path)
    for day in range(6):
        store.write([record(time_ms=NOON_MS + day * DAY_MS)])
    assert names(tmp_path) == [f"main-202611{day}.csv" for day in (20, 21, 22, 23)]
    store.write([record(time_ms=NOON_MS + DAY_MS)])
    assert names(tmp_path) == [f"main-202611{day}.csv" for day in (19, 20, 21, 22, 23)]


def test_files_of_a_device_that_is_gone_are_removed_at_the_start(tmp_path: Path) -> None:
    """With the folder, if nothing else is in it."""
    for device in ("gone", "kept"):
        (tmp_path / device).mkdir()
        for name in (f"{device}-20261101.csv", f"{device}-20261101-2.csv", f"{device}-modbus_event-20261101.csv"):
            (tmp_path / device / name).touch()
    (tmp_path / "kept" / "notes.txt").touch()
    output(tmp_path).write(numbered(1))
    assert names(tmp_path) == [TODAY, "notes.txt"]
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    "name",
    [
        "invoices-20200101.csv",
        "main-20200101.csv.bak",
        "main-2020010.csv",
        "main-20201399.csv",
        "main-٢٠٢٠٠١٠١.csv",
        "main-20200101-0.csv",
        "main-20200101-2-3.csv",
        "main-notes-20200101.csv",
        "old-main-20200101.csv",
    ],
)
def test_foreign_files_stay(tmp_path: Path, name: str) -> None:
    """However old they look."""
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / name).touch()
    (tmp_path / "main-20200101.csv").touch()  # not in the folder of a device
    output(tmp_path).write(numbered(1))
    assert (tmp_path / "main" / name).exists()
    assert (tmp_path / "main-20200101.csv").exists()


def test_links_stay_and_so_does_what_they_point_to(tmp_path: Path) -> None:
    """A link with our name may point to anything; nothing is written through it either."""
    precious, data = tmp_path / "precious", tmp_path / "csv"
    precious.mkdir()
    (precious / "main-20200101.csv").write_text("mine")
    (data / "main").mkdir(parents=True)
    (data / "elsewhere").symlink_to(precious)
    (data / "main" / "main-20200102.csv").symlink_to(precious / "main-20200101.csv")
    (data / "main" / TODAY).symlink_to(precious / "main-20200101.csv")
    (data / "main" / "main-20200103.csv").mkdir()
    output(data).write(numbered(1))
    assert (precious / "main-20200101.csv").read_text() == "mine"
    assert sorted(path.name for path in (data / "main").iterdir()) == [
        "main-20200102.csv",
        "main-20200103.csv",
        "main-20261118-2.csv",
        TODAY,
    ]
    with pytest.raises(OSError, match="elsewhere is a link"):
        output(data).write([record(0, series("elsewhere"))])


def test_the_oldest_go_when_all_are_too_large_together(tmp_path: Path) -> None:
    """At every moment, but never the file that is written."""
    store = output(tmp_path, keep="365d", max_rows=50, max="16KiB")
    for day in range(4):
        for start in range(0, 200, 10):
            store.write([record(n, time_ms=NOON_MS + day * DAY_MS + n) for n in range(start, start + 10)])
            assert sum(path.stat().st_size for path in (tmp_path / "main").iterdir()) <= 16 * 1024
    assert "main-20261121-4.csv" in names(tmp_path)
    assert "main-20261118.csv" not in names(tmp_path)
    values = [float(row[1]) for row in table(tmp_path / "main" / "main-20261121-4.csv")[1:]]
    assert values == [float(number) for number in range(150, 200)]


def test_a_name_is_read_as_it_is_written() -> None:
    """Also where the device's own name looks like a date."""
    for name in (
        CsvName(date(2026, 11, 18), 1, "m-20200101"),
        CsvName(date(2026, 11, 18), 12, "m-20200101-device_info"),
    ):
        assert CsvName.parse(str(name), "m-20200101") == name


def test_a_directory_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    """Whoever removes it while the agent runs gets it back with the next line."""
    store = output(tmp_path / "csv")
    store.write(numbered(1))
    for path in (tmp_path / "csv" / "main" / TODAY, tmp_path / "csv" / "main", tmp_path / "csv"):
        path.unlink() if path.is_file() else path.rmdir()
    store.write(numbered(1))
    assert names(tmp_path) == [TODAY]
    remove_before(tmp_path / "csv", date(2026, 1, 1))
