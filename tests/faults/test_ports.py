"""The whole way from a register to a poll, in real time, through every port and under every fault.

The buses of all faults run at once, so the time of one is the time of all. A port that is new is one more entry of
`PORTS`.
"""

import os
from functools import cache

import pytest

from rtu_agent.events import PollFinished, PortOpened
from support.fault_site import UNITS, Reach, Result, in_the_loop, in_threads, over_tcp, polled_in_real_time, torn
from support.fault_table import ROWS

SECONDS = 300.0 if os.environ.get("RTU_AGENT_NIGHTLY") else 8.0
PORTS: dict[str, Reach] = {"loop": in_the_loop, "thread": in_threads, "rtu+tcp": over_tcp}
VANISH = "vanish:for=300ms"
NOT_BEHIND = {
    # A gateway says nothing of its own adapter, and cuts what comes in one chunk; a stale reply that fits and comes by
    # itself is what no master can tell.
    "rtu+tcp": {VANISH, "double:first=stale"},
}
STRUCK = {port: [spec for spec in ROWS if spec not in NOT_BEHIND.get(port, ())] for port in PORTS}

every_fault = pytest.mark.parametrize(
    ("port", "spec"), [pytest.param(port, spec, id=f"{port}-{spec}") for port in PORTS for spec in STRUCK[port]]
)


@cache
def results(port: str) -> dict[str, Result]:
    """Return what came of polling every faulty bus through one kind of port, by fault."""
    specs = {spec.replace(":", "-"): ROWS[spec].with_probability(0.2) for spec in STRUCK[port]}
    found = polled_in_real_time(specs, PORTS[port], SECONDS)
    return dict(zip(STRUCK[port], found.values(), strict=True))


@every_fault
def test_no_value_is_wrong(port: str, spec: str) -> None:
    """Whatever was accepted is what the unit answered to that request, and no value is torn or crossed."""
    result = results(port)[spec]

    assert result.kinds["good"] > 0
    assert result.wrong == []
    assert torn(result) == []


@every_fault
def test_every_tick_meets_one_fate(port: str, spec: str) -> None:
    """At ten looks a second: scheduled = good + failed + skipped, but for polls that are under way."""
    result = results(port)[spec]

    assert result.of(PollFinished) > len(UNITS)
    assert result.unaccounted == []


@every_fault
def test_every_device_comes_back(port: str, spec: str) -> None:
    """When the fault is over every device is polled well again.

    That it takes no request more than it must is proven on the clock that jumps; here a busy machine is a fault, too.
    """
    assert results(port)[spec].back


@pytest.mark.parametrize("port", PORTS)
def test_the_faults_have_struck(port: str) -> None:
    """Each in its own way; a suite in which nothing happens proves nothing."""
    quiet = [spec for spec, result in results(port).items() if not ROWS[spec].outcomes & set(result.kinds)]

    assert quiet == []
    assert VANISH not in STRUCK[port] or results(port)[VANISH].of(PortOpened) > 1
