"""The table on a terminal: complete, calm, and never wider or higher than the terminal."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from rich.console import Console

from rtu_agent.clock import HandClock
from rtu_agent.domain.record import Field
from rtu_agent.events import (
    DeviceStateChanged,
    Event,
    PortLost,
    PortOpened,
    RecordsDropped,
    RecordsWritten,
    SpoolChanged,
    WriteFailed,
)
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.live import LiveView
from rtu_agent.telemetry.live_table import MOST_ROWS, LiveTable
from rtu_agent.telemetry.picture import DeviceRow, Picture
from rtu_agent.telemetry.roster import Roster, RosterDevice
from support import hostile
from support.made_up import BUS_OF, ROSTER, polled, record, skipped, transaction


class Shown:
    """A terminal of some size that shows a site."""

    def __init__(self, width: int = 140, height: int = 40, roster: Roster = ROSTER) -> None:
        self.clock = HandClock()
        self.board = Board(roster, self.clock)
        self._view = LiveView(self.board)
        self._size = width, height

    def after(self, *events: Event, seconds: float = 1.0) -> list[str]:
        """Return the lines on the screen after something happened and time passed."""
        for event in events:
            self.board(event)
        self.clock.turn(seconds)
        width, height = self._size
        console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
        with console.capture() as capture:
            console.print(self._view.render())
        return [line.rstrip() for line in capture.get().splitlines()]


def line_with(word: str, lines: list[str]) -> list[str]:
    """Return the words of the line that holds `word`."""
    [found] = [line for line in lines if word in line.split()]
    return found.split()


HAPPENED: tuple[Event, ...] = (
    PortOpened("floor1", "/dev/a", reopened=False),
    PortOpened("floor2", "/dev/b", reopened=False),
    *[transaction()] * 12,
    polled(),
    polled(outcome="damaged"),
    polled(),
    skipped(),
    DeviceStateChanged("floor1", "feeder-2", "suspect", "offline", "no_reply"),
    polled("feeder-2", "no_reply"),
    RecordsWritten("sqlite", 4, 0.1),
)


def test_a_device_shows_state_age_values_and_counts() -> None:
    """All that tells how it is, on one line."""
    lines = Shown().after(*HAPPENED, seconds=12)

    expected = "floor1 main-meter energy_meter ● online 12 s 1234 W 230.1 V 2 1 1"
    assert expected.split() == line_with("main-meter", lines)


def test_a_device_in_trouble_shows_the_trouble_instead_of_values() -> None:
    """In words, where one looks for the values."""
    lines = Shown().after(*HAPPENED)

    assert line_with("feeder-2", lines) == [
        "feeder-2",
        "energy_meter",
        "○",
        "offline",
        "-",
        "no",
        "reply",
        "0",
        "1",
        "0",
    ]
    assert line_with("lobby", lines) == ["floor2", "lobby", "air_quality", "·", "waiting", "-", "0", "0", "0"]


def test_a_bus_shows_how_busy_it_is_and_its_port() -> None:
    """And why it is closed if it is."""
    lines = Shown().after(*HAPPENED, PortLost("floor2", "/dev/b", "Input/output error"))

    assert "floor1 ━━━━━━━━━━ 60 % busy port open" in " ".join(lines[1].split())
    assert "port closed: Input/output error" in lines[2]


def test_the_foot_shows_all_polls_and_the_outputs() -> None:
    """What is stored, what waits, what is lost and why."""
    lines = Shown().after(
        *HAPPENED,
        WriteFailed("influxdb", "retryable", "connection refused", 1),
        SpoolChanged("influxdb", 7, 1, 2, 3),
        RecordsDropped("influxdb", 2, "age"),
    )

    assert "polls 5   good 2   failed 2 (damaged 1, no reply 1)   skipped 1 (overload 1)" in lines
    assert line_with("sqlite", lines) == ["sqlite", "stored", "4"]
    expected = "influxdb stored 0 waiting 7 dropped 2 failing: connection refused"
    assert expected.split() == line_with("influxdb", lines)


def test_numbers_keep_their_places() -> None:
    """From one second to the next only the digits change."""
    shown = Shown()
    fields = (Field("voltage_v", unit="V"), Field("active_power_w", unit="W"))

    def columns(power: float) -> tuple[int, int]:
        lines = shown.after(*HAPPENED[:2], polled(of=record(fields=fields, values=(230.1, power))))
        [line] = [line for line in lines if "main-meter" in line]
        return line.index(" W "), line.index(" V ")

    assert len({columns(power) for power in (0.5, 12.0, 999.9, 123456.0)}) == 1


def site(devices: int, buses: int) -> Roster:
    """Return a site of a given size."""
    entries = (
        RosterDevice(f"device-{i:04}", f"bus-{i * buses // devices}", "eastron.sdm120", "energy_meter")
        for i in range(devices)
    )
    return Roster("plant-a", tuple(f"bus-{i}" for i in range(buses)), tuple(entries), ("sqlite", "influxdb"))


@pytest.mark.parametrize("width", [60, 80, 100, 112, 128, 140, 200])
@pytest.mark.parametrize("height", [20, 24, 50])
@pytest.mark.parametrize(("devices", "buses"), [(1, 1), (12, 1), (40, 6), (300, 32)])
def test_it_fits_the_terminal(width: int, height: int, devices: int, buses: int) -> None:
    """A table that does not is cut off at the foot, where the outputs are; nothing is lost at the right from 80 on."""
    roster = site(devices, buses)
    events = [polled(d.name, bus=d.bus) for d in roster.devices] * 12
    lines = Shown(width, height, roster).after(*events)

    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert any(line.startswith("influxdb") for line in lines)
    if width >= 80:
        assert " 12 0 0" in " ".join(next(line for line in lines if "device-0000" in line).split())


def test_it_never_draws_more_than_sixty_devices() -> None:
    """However high the terminal is; drawing costs the polls time."""
    lines = Shown(140, 500, site(300, 1)).after()

    assert sum("device-" in line for line in lines) == MOST_ROWS == 60
    assert "and 240 more" in lines


def test_devices_in_trouble_are_shown_before_others() -> None:
    """In their own order, so that nothing jumps."""
    roster = site(100, 1)
    names = ["device-0098", "device-0050"]
    events = [DeviceStateChanged("bus-0", name, "suspect", "offline", "no_reply") for name in names]
    lines = Shown(140, 24, roster).after(*events)

    shown = [word for line in lines for word in line.split() if word.startswith("device-")]
    assert shown == sorted(shown)
    assert set(names) < set(shown)
    assert shown[0] == "device-0000"


def test_buses_in_trouble_are_shown_before_others() -> None:
    """Four of them; the others are counted."""
    roster = site(32, 32)
    opened = [PortOpened(bus, "/dev/x", reopened=False) for bus in roster.buses if bus != "bus-20"]
    lines = Shown(140, 40, roster).after(*opened)

    assert [line.split()[0] for line in lines[1:6]] == ["bus-0", "bus-1", "bus-2", "bus-20", "and"]
    assert lines[5] == "and 28 more"


@settings(max_examples=30)
@given(hostile.ANY)
def test_no_text_from_elsewhere_steers_the_terminal(text: str) -> None:
    """Neither by control characters nor by rich's markup."""
    shown = Shown()
    lines = shown.after(
        PortLost("floor1", "/dev/a", text),
        WriteFailed("influxdb", "retryable", f"[red]{text}[/nonsense]", 1),
        polled(of=record(fields=(Field("serial_number", "string"),), values=(text,))),
    )

    assert all(line.isprintable() for line in lines)
    assert any("[red]" in line for line in lines)
    assert BUS_OF["main-meter"] == line_with("main-meter", lines)[0]


@pytest.mark.parametrize(
    ("seconds", "age"), [(0, "0 s"), (59, "59 s"), (61, "1 min"), (3599, "59 min"), (7200, "2 h"), (1e6, "277 h")]
)
def test_an_age_is_short(seconds: float, age: str) -> None:
    """And never younger than it is by more than its unit."""
    shown = Shown()
    shown.after(polled(), seconds=0)

    assert age in " ".join(line_with("main-meter", shown.after(seconds=seconds)))


def test_a_small_terminal_keeps_names_and_states() -> None:
    """Bus and counts go, one value stays, and nothing takes a second line."""
    lines = Shown(50, 16).after(*HAPPENED, seconds=12)

    assert line_with("main-meter", lines) == ["main-meter", "●", "online", "12", "s", "1234", "W"]
    assert all(len(line) <= 50 for line in lines)
    assert [line for line in lines if line.startswith("polls")] == [
        "polls 5   good 2   failed 2 (damaged 1, no reply …"
    ]


@pytest.mark.parametrize("width", [60, 80, 112, 140, 200])
def test_a_long_complaint_pushes_nobody_out(width: int) -> None:
    """It is cut; the counts stand where they stand without it."""
    console = Console(file=io.StringIO(), width=width, height=40)
    row = DeviceRow("floor1", "main-meter", "energy_meter", "online", 1.0, "", ("  1234 W",), 7, 8, 9)
    pictures = [Picture("s", 0.0, 0.0, (), (replace(row, trouble=trouble),), ()) for trouble in ("", "no " * 99)]
    for picture in pictures:
        console.print(LiveTable(picture))

    well, ill = (line.rstrip() for line in console.file.getvalue().splitlines() if "main-meter" in line)
    assert "…" in ill
    if width >= 72:
        assert well.split()[-3:] == ill.split()[-3:] == ["7", "8", "9"]
        assert len(well) == len(ill)


@pytest.mark.parametrize("width", [60, 72, 80, 100, 112, 128])
def test_long_names_are_cut_and_nothing_else(width: int) -> None:
    """Headings, states, ages and numbers stay whole, and names that differ at their ends stay different."""
    console = Console(file=io.StringIO(), width=width, height=24)
    counts = (1234567, 8901, 2345) if width >= 72 else ()
    bus, device = "the-bus-of-the-hall", "the-feeder-of-the-hall-"
    row = DeviceRow(bus, "", "energy_meter", "suspect", 3000.0, "", ("  1234 W",), 1234567, 8901, 2345)
    rows = tuple(replace(row, name=f"{device * 2}-{place}") for place in "ab")

    console.print(LiveTable(Picture("s", 0.0, 0.0, (), rows, ())))

    lines = [line.split() for line in console.file.getvalue().splitlines()]
    [head] = [words for words in lines if "device" in words]
    shown = [words for words in lines if "suspect" in words]
    assert "…" not in " ".join(head)
    assert [words[words.index("◐") :] for words in shown] == [
        ["◐", "suspect", "50", "min", "1234", "W", *map(str, counts)]
    ] * 2
    assert [word[-2:] for words in shown for word in words if word.startswith("the-f")] == ["-a", "-b"]
