"""What was learnt survives a restart, belongs to one driver and one unit, and is never believed blindly."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, u16
from rtu_agent.normalize.counter import Counted
from rtu_agent.poll.facts import Facts, FactsError, fingerprint, from_text, to_text
from rtu_agent.poll.facts_file import FILE, FactsFile
from rtu_agent.poll.refusals import Refusal


class First(Driver, table="holding"):
    """A device."""

    name = "test.first"
    kind = "kind"

    a = u16(0, vendor_specific=True)


class Newer(First):
    """The same, by its next version."""

    name = "test.first"

    b = u16(1, vendor_specific=True)


FACTS = {
    "meter": Facts(
        "f1", 0.012, 0.1, frozenset({Refusal(Span(Table.INPUT, 7, 2)), Refusal(Span(Table.COIL, 0, 60), 30)})
    ),
    "other": Facts("f2", 0.2, 0.5, counters={"energy_kwh": Counted(12.5, 1_795_003_200_000, 0.01)}),
}


def test_facts_come_back_as_they_were() -> None:
    """As text that a person can read."""
    assert from_text(to_text(FACTS)) == FACTS


def test_the_fingerprint_changes_with_what_facts_depend_on() -> None:
    """Driver, points, limits, bus and unit; not with the run."""
    same = fingerprint(First, "floor1", 1)

    assert same == fingerprint(First, "floor1", 1)
    assert (
        len({same, fingerprint(Newer, "floor1", 1), fingerprint(First, "b", 1), fingerprint(First, "floor1", 2)}) == 4
    )


def broken(**changes: Any) -> str:
    """Return the text of facts with something else in their place."""
    device = {"fingerprint": "f", "turnaround_s": 0.1, "timeout_s": 0.5, "refused": []} | changes
    return json.dumps({"version": 1, "devices": {"d": device}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"version": 2, "devices": {}}',
        '{"version": 1, "devices": []}',
        '{"version": 1, "devices": {"d": null}}',
        broken(turnaround_s="fast"),
        broken(timeout_s=-1),
        broken(timeout_s=float("nan")),
        broken(refused=[{"table": "holding", "address": 1, "count": 0, "widest": None}]),
        broken(refused=[{"table": "drawer", "address": 1, "count": 1, "widest": None}]),
        broken(refused=[{"table": "holding"}]),
        broken(counters={"energy_kwh": [12.5, 1_795_003_200_000]}),
        broken(counters={"energy_kwh": ["much", 1_795_003_200_000, 0.01]}),
        broken(counters={"energy_kwh": [float("inf"), 1_795_003_200_000, 0.01]}),
        broken(counters={"energy_kwh": [12.5, "noon", 0.01]}),
    ],
)
def test_anything_else_is_not_believed(text: str) -> None:
    """A wrong refusal would hide a value, so all of a damaged file is doubted."""
    with pytest.raises(FactsError):
        from_text(text)


def test_a_file_from_before_counters_were_kept_is_believed() -> None:
    """It says nothing about them."""
    assert from_text(broken())["d"].counters == {}


def test_no_file_is_no_facts(tmp_path: Path) -> None:
    """A site starts without any."""
    assert FactsFile(tmp_path / "state").read() == {}


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """No draft stays behind, and the directory is made."""
    file = FactsFile(tmp_path / "state")

    file.write(FACTS)
    file.write({"other": FACTS["other"]})

    assert file.read() == {"other": FACTS["other"]}
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE]


def test_bytes_that_are_no_text_are_not_believed(tmp_path: Path) -> None:
    """As after a power cut on a bad disk."""
    file = FactsFile(tmp_path)
    file.path.write_bytes(b"\xff\x00\xff")

    with pytest.raises(FactsError):
        file.read()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """And says so."""
    file = FactsFile(tmp_path)
    file.write(FACTS)
    file.path.with_name(FILE + ".new").mkdir()

    with pytest.raises(OSError, match=FILE):
        file.write({})

    assert file.read() == FACTS
