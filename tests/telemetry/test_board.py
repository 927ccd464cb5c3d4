"""The board remembers what happened, and a picture taken of it does not change."""

import threading
from dataclasses import replace

import pytest

from rtu_agent.clock import HandClock
from rtu_agent.domain.record import Record, Series
from rtu_agent.events import (
    DeviceStateChanged,
    Event,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RecordsDropped,
    RecordsWritten,
    SpoolChanged,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.roster import Roster
from rtu_agent.telemetry.views import BusView, DeviceView, OutputView
from support.made_up import METER_FIELDS, ROSTER, polled, record, skipped, transaction


class Site:
    """A board with its clock."""

    def __init__(self) -> None:
        self.clock = HandClock(monotonic=1000.0)
        self.board = Board(ROSTER, self.clock)

    def after(self, *events: Event) -> "Site":
        """Let something happen."""
        for event in events:
            self.board(event)
        return self

    def bus(self, name: str = "floor1") -> BusView:
        """Return one bus as it is now."""
        return next(bus for bus in self.board.snapshot().buses if bus.name == name)

    def device(self, name: str = "main-meter") -> DeviceView:
        """Return one device as it is now."""
        return next(device for device in self.board.snapshot().devices if device.entry.name == name)

    def output(self, name: str = "influxdb") -> OutputView:
        """Return one output as it is now."""
        return next(output for output in self.board.snapshot().outputs if output.name == name)


@pytest.fixture
def site() -> Site:
    """A site at its start."""
    return Site()


def test_everybody_is_there_from_the_start(site: Site) -> None:
    """In the order of the configuration, waiting."""
    snapshot = site.board.snapshot()

    assert ROSTER.buses == tuple(bus.name for bus in snapshot.buses)
    assert ROSTER.devices == tuple(device.entry for device in snapshot.devices)
    assert ROSTER.outputs == tuple(output.name for output in snapshot.outputs)
    assert {"waiting"} == {device.state for device in snapshot.devices}


def test_a_good_poll_is_remembered_with_its_time(site: Site) -> None:
    """By the clock that cannot be set, so that an age is an age."""
    site.clock.turn(5)
    site.after(polled())
    site.clock.set_wall(0)
    site.clock.turn(2)

    device = site.device()
    assert (device.state, device.last_good_s, device.trouble) == ("online", 1005.0, None)
    assert site.board.snapshot().elapsed_s == 7


def test_a_failed_poll_says_how_and_takes_the_values_away(site: Site) -> None:
    """The values of the poll before are not those of now."""
    series = Series("energy_meter", {"device": "main-meter"}, METER_FIELDS)
    good = Record(series, 1, (230.0, 5.0, 3))
    bad = Record(series, 2, (None, None, None))
    site.after(polled(of=good), polled(outcome="no_reply", of=bad))

    assert (site.device().state, site.device().trouble) == ("online", "no_reply")
    assert [bad] == list(site.device().records.values())
    assert site.after(polled(of=good)).device().trouble is None


def test_the_groups_of_a_device_do_not_push_each_other_out(site: Site) -> None:
    """The newest record of each set of points stays."""
    fast, slow = record(fields=METER_FIELDS[:1], values=(1.0,)), record(fields=METER_FIELDS[1:], values=(2.0, 3))
    site.after(polled(of=fast), polled(of=slow))

    assert [fast, slow] == list(site.device().records.values())


def test_health_has_the_last_word_on_the_state(site: Site) -> None:
    """A device that is offline is not online because of its probe's reply; health says so."""
    site.after(polled(), DeviceStateChanged("floor1", "main-meter", "suspect", "offline", "no_reply"), polled())
    assert site.device().state == "offline"

    site.after(DeviceStateChanged("floor1", "main-meter", "offline", "online", "good"))
    assert site.device().state == "online"


def test_polls_are_counted_for_the_device_and_its_bus(site: Site) -> None:
    """Both add up."""
    site.after(polled(), polled("feeder-2", "damaged"), skipped(), polled("lobby"))

    assert (
        site.device().polls.good,
        site.device().polls.failed_total,
        site.device().polls.skipped_total,
    ) == (1, 0, 1)
    assert (
        site.bus().polls.scheduled,
        site.bus().polls.failed,
        site.bus().polls.skipped,
    ) == (3, {"damaged": 1}, {"overload": 1})
    assert site.bus("floor2").polls.scheduled == 1


def test_the_wire_is_counted(site: Site) -> None:
    """What the summary says about a bus."""
    bus = site.after(transaction(), transaction(outcome="no_reply")).bus()

    assert (bus.transactions, bus.sent_bytes, bus.received_bytes) == (2, 16, 25)
    assert bus.busy_s == pytest.approx(0.1)


def test_a_port_that_is_not_open_says_why(site: Site) -> None:
    """Until it is open again."""
    assert (site.bus().is_open, site.bus().problem) == (False, "")
    site.after(PortOpenFailed("floor1", "/dev/x", "permission denied", 1))
    assert (site.bus().is_open, site.bus().problem) == (False, "permission denied")
    site.after(PortOpened("floor1", "/dev/x", reopened=False))
    assert (site.bus().is_open, site.bus().problem) == (True, "")
    site.after(PortLost("floor1", "/dev/x", "EIO"))
    assert (site.bus().is_open, site.bus().problem) == (False, "EIO")


@pytest.mark.parametrize("mended", [WriteRecovered("influxdb", 3.0), RecordsWritten("influxdb", 1, 0.1)])
def test_an_output_that_fails_says_why_until_it_is_mended(site: Site, mended: Event) -> None:
    """A word about yesterday's outage would be read as one about now."""
    site.after(WriteFailed("influxdb", "retryable", "connection refused", 1))
    assert site.output().problem == "connection refused"
    assert site.after(mended).output().problem == ""


def test_what_an_output_has_and_has_not_is_counted(site: Site) -> None:
    """Stored, waiting, dropped by reason."""
    output = site.after(
        RecordsWritten("influxdb", 10, 0.1),
        RecordsWritten("influxdb", 5, 0.1),
        SpoolChanged("influxdb", 7, 1, 2, 3),
        RecordsDropped("influxdb", 2, "age"),
        RecordsDropped("influxdb", 1, "age"),
    ).output()

    assert (output.written, output.waiting, output.dropped) == (15, 7, {"age": 3})
    assert site.output("sqlite").written == 0


def test_a_name_that_is_not_configured_changes_nothing(site: Site) -> None:
    """And raises nothing, as a watcher must not."""
    before = site.board.snapshot()
    site.after(
        transaction("evil"), replace(polled(), device="evil"), polled(bus="evil"), RecordsWritten("evil", 1, 0.1)
    )

    assert before == site.board.snapshot()


def test_a_picture_does_not_change(site: Site) -> None:
    """Whoever draws it need not hurry."""
    before = site.board.snapshot()
    site.after(polled(), transaction(), RecordsWritten("sqlite", 1, 0.1))

    assert {0} == {bus.polls.scheduled + bus.transactions for bus in before.buses}
    assert {0} == {output.written for output in before.outputs}


def test_pictures_taken_while_threads_count_are_true(site: Site) -> None:
    """A bus and its devices have met the same number of polls in every one of them."""
    stop = threading.Event()

    def count(device: str) -> None:
        while not stop.is_set():
            site.after(polled(device), skipped(device))

    threads = [threading.Thread(target=count, args=(name,)) for name in ("main-meter", "feeder-2")]
    for thread in threads:
        thread.start()
    try:
        snapshots = [site.board.snapshot() for _ in range(500)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert all(s.buses[0].polls.scheduled == sum(d.polls.scheduled for d in s.devices) for s in snapshots)
    assert snapshots[-1].buses[0].polls.scheduled > 0


def test_names_come_and_go(site: Site) -> None:
    """Those that stay are as they were; a device that begins anew keeps its counts and nothing else."""
    site.after(polled(), polled("feeder-2"), polled("lobby"))
    main, feeder, lobby = ROSTER.devices
    moved = replace(lobby, bus="floor1")

    site.board.adopt(Roster("plant-b", ("floor1",), (moved, main, feeder), ("csv",)), anew={"feeder-2"})

    snapshot = site.board.snapshot()
    assert snapshot.site == "plant-b"
    assert [bus.name for bus in snapshot.buses] == ["floor1"]
    assert [output.name for output in snapshot.outputs] == ["csv"]
    assert [device.state for device in snapshot.devices] == ["waiting", "online", "waiting"]
    assert [device.polls.good for device in snapshot.devices] == [0, 1, 1]
    assert snapshot.devices[2].records == {}
    assert site.bus().polls.good == 2
