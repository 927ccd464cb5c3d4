"""A small site in which something has happened, as the API and docs/http.md show it."""

from pathlib import Path

from rtu_agent.clock import HandClock
from rtu_agent.domain.record import Record, Series
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api.places import places_of
from rtu_agent.events import (
    DeviceStateChanged,
    OutcomeKind,
    PollFinished,
    PortOpened,
    RecordsWritten,
    SpoolChanged,
    TransactionFinished,
    WriteFailed,
)
from rtu_agent.plugins import load_drivers
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.roster import Roster, RosterDevice

PLACES = places_of(load_drivers().resolve("generic.xy_md02", Path()))
FIELDS = tuple(place.field for place in PLACES)
BLOCKS = (Span(Table.INPUT, 1, 2),)
SITE = Roster(
    site="plant-a",
    buses=("hall",),
    devices=(
        RosterDevice("office", "hall", "generic.xy_md02", "environment", 1, PLACES),
        RosterDevice("store", "hall", "generic.xy_md02", "environment", 2, PLACES),
    ),
    outputs=("influxdb",),
    ports={"hall": "/dev/serial/by-id/usb-FTDI-port0"},
)
START = 1_795_000_000.0


def transaction(unit: int = 1, outcome: OutcomeKind = "good", code: int | None = None) -> TransactionFinished:
    """Return a transaction that held the bus for 50 ms."""
    received = 9 if outcome == "good" else 0
    return TransactionFinished("hall", unit, 4, outcome, 0.045, 8, received, code, 0.005)


class ShownSite:
    """A board with its clock, in whose site one device answers and one does not."""

    def __init__(self, roster: Roster = SITE) -> None:
        self.clock = HandClock(monotonic=500.0, wall=START)
        self.board = Board(roster, self.clock)
        self._series = {
            device.name: Series("environment", {"device": device.name}, FIELDS) for device in roster.devices
        }
        self._silent = Series("environment", {}, ())

    def polled(self, device: str, values: tuple[float | None, ...]) -> None:
        """Let a device answer with its values."""
        record = Record(self._series[device], round(1000 * self.clock.wall()), values)
        self.board(transaction())
        self.board(self.poll(device, "good", record))

    def failed(self, device: str, outcome: OutcomeKind = "no_reply", unit: int = 2, code: int | None = None) -> None:
        """Let a poll of a device end without values."""
        self.board(transaction(unit, outcome, code))
        self.board(self.poll(device, outcome, Record(self._silent, round(1000 * self.clock.wall()), ())))

    def poll(self, device: str, outcome: OutcomeKind, record: Record) -> PollFinished:
        """Return the end of a poll."""
        together = frozenset({"normal"})
        return PollFinished("hall", device, "normal", outcome, 0.004, 0.045, record, False, together, BLOCKS)

    def some_time(self) -> "ShownSite":
        """Let half a minute pass."""
        self.board(PortOpened("hall", SITE.ports["hall"], reopened=False))
        for second in range(3):
            self.clock.turn(10)
            self.polled("office", (21.5 + second / 10, 40.0 + second))
            self.failed("store")
        self.board(DeviceStateChanged("hall", "store", "online", "offline", "no_reply"))
        self.board(RecordsWritten("influxdb", 4, 0.02))
        self.board(WriteFailed("influxdb", "retryable", "connection refused", 1.0))
        self.board(SpoolChanged("influxdb", 2, 180, 2 * 1024**3, round(1000 * self.clock.wall())))
        self.clock.turn(1.5)
        return self
