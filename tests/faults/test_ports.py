"""The whole way from a register to a poll, in real time, through every port and under every fault.

The buses of all faults run at once, so the time of one is the time of all. A port that is new is one more entry of
`PORTS`.
"""

import os

import pytest

from rtu_agent.events import PollFinished, PortOpened
from support.fault_site import UNITS, Reach, Result, polled_in_real_time, serial, torn
from support.fault_table import ROWS, Row

SECONDS = 300.0 if os.environ.get("RTU_AGENT_NIGHTLY") else 8.0
PORTS: dict[str, Reach] = {"serial": serial}

every_fault = pytest.mark.parametrize("row", [pytest.param(row, id=spec) for spec, row in ROWS.items()])


@pytest.fixture(scope="module", params=PORTS)
def results(request: pytest.FixtureRequest) -> dict[str, Result]:
    """Give what came of polling every faulty bus through one kind of port, by fault."""
    specs = {spec.replace(":", "-"): row.with_probability(0.2) for spec, row in ROWS.items()}
    found = polled_in_real_time(specs, PORTS[request.param], SECONDS)
    return dict(zip(ROWS, found.values(), strict=True))


@every_fault
def test_no_value_is_wrong(results: dict[str, Result], row: Row) -> None:
    """Whatever was accepted is what the unit answered to that request, and no value is torn or crossed."""
    result = results[row.spec]

    assert result.kinds["good"] > 0
    assert result.wrong == []
    assert torn(result) == []


@every_fault
def test_every_tick_meets_one_fate(results: dict[str, Result], row: Row) -> None:
    """At ten looks a second: scheduled = good + failed + skipped, but for the one poll that is under way."""
    assert results[row.spec].of(PollFinished) > len(UNITS)
    assert results[row.spec].unaccounted == []


@every_fault
def test_every_device_comes_back(results: dict[str, Result], row: Row) -> None:
    """When the fault is over every device is polled again, and no poll fails after that."""
    assert results[row.spec].back


def test_the_faults_have_struck(results: dict[str, Result]) -> None:
    """Each in its own way; a suite in which nothing happens proves nothing."""
    quiet = [spec for spec, row in ROWS.items() if not row.outcomes & set(results[spec].kinds)]

    assert quiet == []
    assert results["vanish:for=300ms"].of(PortOpened) > 1
