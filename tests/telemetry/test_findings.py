"""Alive and ready: what counts, and what does not."""

import pytest

from rtu_agent.events import PortLost, PortOpened, WriteFailed, WriteRecovered
from rtu_agent.output.destinations import SPOOL_NAME
from rtu_agent.telemetry.board import SPOOL
from rtu_agent.telemetry.findings import Worker, health, readiness
from support.shown_site import ShownSite


@pytest.mark.parametrize(("silent_s", "ok"), [(0.0, True), (9.9, True), (10.0, False), (60.0, False)])
def test_a_loop_that_stands_still_is_dead(silent_s: float, ok: bool) -> None:
    """After ten seconds."""
    finding = health(100.0, [], 100.0 + silent_s)

    assert (finding.ok, finding.details["loop_silent_s"]) == (ok, silent_s)


@pytest.mark.parametrize(
    ("timeout_s", "silent_s", "ok"), [(0.5, 9, True), (0.5, 11, False), (5, 14, True), (5, 16, False)]
)
def test_a_worker_may_take_three_timeouts(timeout_s: float, silent_s: float, ok: bool) -> None:
    """And ten seconds in any case: a machine that was asleep is not a bus that is stuck."""
    workers = [Worker("floor1", 100.0 - silent_s, timeout_s), Worker("floor2", 100.0, timeout_s)]

    finding = health(100.0, workers, 100.0)

    assert (finding.ok, finding.details["stuck_buses"]) == (ok, [] if ok else ["floor1"])


def test_ready_is_who_has_had_every_port_open() -> None:
    """One that is lost later is an alert."""
    site = ShownSite()
    finding = readiness(site.board.snapshot())
    assert (finding.ok, finding.details["waiting_for_ports"]) == (False, ["hall"])

    site.board(PortOpened("hall", "/dev/x", reopened=False))
    site.board(PortLost("hall", "/dev/x", "unplugged"))
    assert readiness(site.board.snapshot()).ok


def test_an_output_that_fails_degrades_and_no_more() -> None:
    """Its records wait."""
    site = ShownSite().some_time()

    finding = readiness(site.board.snapshot())

    assert finding.ok
    assert (finding.details["degraded"], finding.details["failing_outputs"]) == (True, ["influxdb"])


def test_a_spool_that_cannot_be_written_is_not_ready() -> None:
    """Until it can."""
    site = ShownSite().some_time()
    site.board(WriteFailed(SPOOL_NAME, "retryable", "disk full", 1.0))
    finding = readiness(site.board.snapshot())
    assert (finding.ok, finding.details["spool"]) == (False, "disk full")

    site.board(WriteRecovered(SPOOL_NAME, 3.0))
    assert readiness(site.board.snapshot()).ok


def test_the_spool_has_one_name() -> None:
    """In the room that writes it and in the one that watches."""
    assert SPOOL == SPOOL_NAME
