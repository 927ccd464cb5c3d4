"""The line that is printed once a second where there is no terminal."""

import subprocess
import sys
import time

import pytest

from rtu_agent.clock import HandClock
from rtu_agent.events import (
    DeviceStateChanged,
    Event,
    PortOpened,
    RecordsDropped,
    RecordsWritten,
    SpoolChanged,
    WriteFailed,
)
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.live import LiveView, percent, time_of_day
from rtu_agent.telemetry.roster import Roster
from support.made_up import ROSTER, polled, skipped, transaction


class Watched:
    """A live view with its board and clock."""

    def __init__(self, roster: Roster = ROSTER) -> None:
        self.clock = HandClock()
        self.board = Board(roster, self.clock)
        self.view = LiveView(self.board)

    def after(self, *events: Event, seconds: float = 1.0) -> str:
        """Return the line after something happened and time passed, without the time of day."""
        for event in events:
            self.board(event)
        self.clock.turn(seconds)
        return self.view.line().split(" ", 1)[1]


OPEN = (PortOpened("floor1", "/dev/a", reopened=False), PortOpened("floor2", "/dev/b", reopened=False))


def test_a_line_says_polls_outputs_and_buses() -> None:
    """What went well, what did not, where it went, and how full the wire is."""
    events = (*OPEN, polled(), polled(), polled(outcome="no_reply"), skipped(), transaction(), transaction("floor2"))

    assert Watched().after(*events, RecordsWritten("sqlite", 3, 0.01), transaction()) == (
        "polls 4 good 2 failed 1 skipped 1 · sqlite 3 · influxdb 0 · floor1 10 % busy · floor2 5 % busy"
    )


def test_trouble_is_in_the_line() -> None:
    """Devices that are gone, ports that are closed, outputs that do not take what is theirs."""
    line = Watched().after(
        DeviceStateChanged("floor1", "main-meter", "suspect", "offline", "no_reply"),
        WriteFailed("influxdb", "retryable", "connection refused", 1),
        SpoolChanged("influxdb", 7, 1, 2, 3),
        RecordsDropped("influxdb", 2, "age"),
    )

    assert line == (
        "polls 0 good 0 failed 0 skipped 0 · 1 offline · sqlite 0 · influxdb 0 waiting 7 dropped 2 failing"
        " · floor1 port closed · floor2 port closed"
    )


def test_the_only_output_needs_no_name() -> None:
    """The usual site stores to one."""
    roster = Roster("s", ("floor1",), ROSTER.devices[:1], ("sqlite",))

    assert "· stored 5 ·" in Watched(roster).after(RecordsWritten("sqlite", 5, 0.1))


def test_many_buses_are_said_in_short() -> None:
    """A line stays a line."""
    buses = tuple(f"b{i}" for i in range(32))
    watched = Watched(Roster("s", buses, (), ()))
    events = [PortOpened(bus, "/dev/x", reopened=False) for bus in buses[1:]]

    line = watched.after(*events, transaction("b7"), transaction("b7"), transaction("b9"))
    assert line.endswith("· 32 buses, busiest b7 10 % busy · 1 ports closed")


def test_the_utilisation_is_that_of_the_last_ten_seconds() -> None:
    """A bus that has become idle is not shown as busy for the rest of the day."""
    watched = Watched(Roster("s", ("floor1",), (), ()))
    busy = [transaction()] * 10  # half a second

    assert watched.after(OPEN[0], *busy).endswith("floor1 50 % busy")
    assert watched.after().endswith("floor1 25 % busy")
    for _ in range(8):
        line = watched.after()
    assert line.endswith("floor1 5 % busy")
    assert watched.after().endswith("floor1 0 % busy")


def test_no_bus_is_busier_than_full() -> None:
    """A transaction is counted when it ends; also when no time has passed it is not divided by."""
    watched = Watched(Roster("s", ("floor1",), (), ()))

    assert watched.after(OPEN[0], *[transaction()] * 100).endswith("floor1 100 % busy")
    assert (
        Watched(Roster("s", ("floor1",), (), ())).after(OPEN[0], transaction(), seconds=0).endswith("floor1 0 % busy")
    )


def test_it_begins_with_the_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person compares it with the watch."""
    monkeypatch.setenv("TZ", "KST-9")
    time.tzset()
    try:
        assert time_of_day(1_795_000_000) == "20:06:40"
        assert Watched().view.line().startswith("20:06:40 polls")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.614, "61 %"), (1, "100 %")])
def test_a_share_is_written_for_people(share: float, text: str) -> None:
    """With the space that a unit has."""
    assert text == percent(share)


def test_a_line_does_not_need_rich_live() -> None:
    """A service that never shows a table does not pay for one."""
    code = "import sys; from rtu_agent.telemetry import live; print('rich.table' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"
