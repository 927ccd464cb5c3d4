"""JSON lines: values in = values out, and a reader that is slow, full or gone."""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.record import Field, Record, Value
from rtu_agent.output.contract import EndedError
from rtu_agent.output.jsonl import JsonlOutput, JsonlSettings, line
from rtu_agent.output.outgoing import fit
from support import hostile
from support.records import NOON_MS, numbered, record, series

ALL_KINDS = series("all", [Field("f"), Field("i", "int"), Field("b", "bool"), Field("s", "string")])


@contextmanager
def piped() -> Iterator[int]:
    """Give the end that a reader has of a pipe that is standard output meanwhile."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stdout, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        yield reader


def test_a_record_is_an_object_on_a_line() -> None:
    """Byte for byte; a value that is missing is left out."""
    assert line(record(0, series("main", room="전기실"), values=(230.5, None, 3))) == (
        '{"time": "2026-11-18T12:00:00.000Z", "measurement": "energy_meter", '
        '"tags": {"site": "plant-a", "bus": "floor1", "device": "main", "room": "전기실"}, '
        '"fields": {"voltage_l1_n_v": 230.5, "status_code": 3}, "quality": 0}\n'
    )


@given(st.tuples(st.floats(), st.integers(), st.booleans(), st.text(alphabet=st.characters())))
def test_any_value_leaves_as_everywhere_or_not_at_all(values: tuple[Value, ...]) -> None:
    """Never NaN, which is no JSON."""
    fields = json.loads(line(Record(ALL_KINDS, NOON_MS, values)))["fields"]
    fitting = {field.name: fit(value, field.kind) for field, value in zip(ALL_KINDS.fields, values, strict=True)}
    assert fields == {name: value for name, value in fitting.items() if value is not None}


@pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)
def test_hostile_text_makes_no_line_of_its_own(text: str) -> None:
    """A line is a record, whatever a device says."""
    made = line(Record(ALL_KINDS, NOON_MS, (1.0, 2, True, text)))
    assert made.count("\n") == 1
    assert made[:-1].isprintable()


def test_a_slow_reader_gets_everything_once() -> None:
    """More than a pipe holds, read later."""
    output, records = JsonlOutput("jsonl", JsonlSettings()), numbered(2000)
    with piped() as reader:
        thread = Thread(target=output.write, args=[records], daemon=True)
        thread.start()
        with os.fdopen(reader) as lines:
            assert [next(lines) for _ in records] == [line(each) for each in records]
        thread.join()


def test_a_reader_that_has_gone_ends_the_output() -> None:
    """`head` has seen enough."""
    with piped() as reader:
        os.close(reader)
        with pytest.raises(EndedError, match="whoever read the lines"):
            JsonlOutput("jsonl", JsonlSettings()).write(numbered(1))


def test_a_full_disk_tears_no_line_and_doubles_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output may be a file; the same records are given again when there is room."""
    output, records = JsonlOutput("jsonl", JsonlSettings()), numbered(300)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_001, unlimited[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                output.write(records)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        output.write(records)
        output.write([record(300)])
    made = (tmp_path / "out").read_text(encoding="utf-8")
    assert made == "".join(line(each) for each in numbered(301))
