"""Benchmarks are run by hand; here is what can be held of them without measuring."""

import re
import subprocess
from pathlib import Path

import pytest

from bench.__main__ import NAMES, PAGE, placed
from bench.kit.wire import Passed, Trace, quantile
from bench.plans import legal_gap, ways
from rtu_agent.domain.registers import Span, Table
from rtu_agent.plugins import load_drivers
from rtu_agent.poll.plan import PlanError
from rtu_agent.protocol.timing import LineSettings
from support.loads import Scattered

ROOT = Path(__file__).parent.parent
LINE = LineSettings(9600)


def test_every_benchmark_has_its_section() -> None:
    """With its numbers, the date and the command; and no section is left of a benchmark that is gone."""
    page = PAGE.read_text(encoding="utf-8")

    assert sorted(re.findall(r"^<!-- (?!end of )(\w+) -->", page, flags=re.MULTILINE)) == sorted(NAMES)
    for name in NAMES:
        section = page[page.index(f"<!-- {name} -->") : page.index(f"<!-- end of {name} -->")]
        assert re.search(rf"Measured on \d{{4}}-\d\d-\d\d with `make bench ARGS={name}`", section)
        assert re.search(r"^\|.*\d.*\|$", section, flags=re.MULTILINE)


def test_a_section_is_written_in_its_place() -> None:
    """The others stay as they are; a new one comes last."""
    page = placed(placed("# Page\n", "a", "first"), "b", r"second \1")

    assert placed(page, "a", "anew") == page.replace("first", "anew")
    assert page.index("first") < page.index(r"second \1")


def test_an_unknown_benchmark_is_refused() -> None:
    """Before anything is measured."""
    done = subprocess.run(
        ["make", "-C", str(ROOT), "-o", ".venv/dev.stamp", "bench", "ARGS=speed"], capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"no such benchmark: speed" in done.stderr


def test_the_wire_judges_the_silence() -> None:
    """From the last byte handed over to the first of the next request; the wire's own lateness is told."""
    t35_s = LINE.t35_s
    trace = Trace(
        LINE,
        [
            Passed("master", 0.0, 0.01, 0.014),
            Passed("slave", 0.02, 0.04, 0.041),
            Passed("master", 0.041 + t35_s, 0.06, 0.064),
            Passed("slave", 0.07, 0.09, 0.09),
            Passed("master", 0.09 + t35_s / 2, 0.11, 0.114),
        ],
    )

    assert trace.gaps_s == pytest.approx([t35_s, t35_s / 2])
    assert trace.violations == 1
    assert trace.lateness_s == pytest.approx([0.001, 0.0])
    assert trace.each_s == pytest.approx([0.041 + t35_s, 0.049 - t35_s / 2])


def test_quantiles_are_values_that_occurred() -> None:
    """Even the last one."""
    assert [quantile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 2.0, 3.0, 3.0]


def test_a_constant_gap_keeps_to_the_device() -> None:
    """It joins what is near, never more than the device gives at once."""
    near = [Span(Table.INPUT, 0, 2), Span(Table.INPUT, 2, 2), Span(Table.INPUT, 14, 2), Span(Table.INPUT, 62, 2)]

    assert legal_gap(near, 0, Scattered) == [Span(Table.INPUT, 0, 4), *near[2:]]
    assert legal_gap(near, 10, Scattered) == [Span(Table.INPUT, 0, 16), near[3]]
    assert legal_gap(near, 50, Scattered) == [Span(Table.INPUT, 0, 16), near[3]]


def test_no_constant_gap_beats_a_plan() -> None:
    """Of any driver that is shipped, at any speed."""
    catalogue = load_drivers()
    for name in catalogue.names():
        driver = catalogue.get(name)
        assert driver is not None
        for baudrate in (2400, 115200):
            try:
                (_, plan_s), *others = ways(driver, LineSettings(baudrate))
            except PlanError:
                continue
            if not driver.ties:
                assert plan_s <= min(seconds for _, seconds in others) + 1e-9
