"""The state of the site as the events tell it: what live views and summaries are drawn from.

Every view is a value. An event replaces the views it touches, so a snapshot is a copy of three short lists of
references: cheap to take, consistent, and nothing that is drawn holds up who counts.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record, Series
from rtu_agent.events import (
    BusEvent,
    DeviceEvent,
    DeviceState,
    DeviceStateChanged,
    Event,
    OutcomeKind,
    OutputEvent,
    PollFinished,
    PollSkipped,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RecordsDropped,
    RecordsWritten,
    SpoolChanged,
    TransactionFinished,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.poll_counts import PollCounts
from rtu_agent.telemetry.roster import Roster, RosterDevice


@dataclass(frozen=True, slots=True)
class BusView:
    """One bus."""

    name: str
    is_open: bool = False
    problem: str = ""
    """Why the port is not open, in the system's words; empty while it is, and before it was tried."""
    polls: PollCounts = field(default_factory=PollCounts)
    transactions: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    busy_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device."""

    entry: RosterDevice
    state: DeviceState | Literal["waiting"] = "waiting"
    """`waiting` until the first poll was answered or health has judged."""
    polls: PollCounts = field(default_factory=PollCounts)
    last_good_s: float | None = None
    """When the latest good poll ended, monotonic seconds."""
    trouble: OutcomeKind | None = None
    """How the latest poll failed; None if it did not."""
    records: Mapping[Series, Record] = field(default_factory=dict)
    """The newest record of each set of points."""


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output."""

    name: str
    written: int = 0
    waiting: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    """Why the latest batch was not accepted; empty if it was."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment."""

    site: str
    started_s: float
    now_s: float
    """Monotonic, as `started_s`, seconds."""
    wall: float
    """Seconds since 1970, UTC."""
    buses: tuple[BusView, ...]
    devices: tuple[DeviceView, ...]
    outputs: tuple[OutputView, ...]

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self.now_s - self.started_s


class Board:
    """The watcher that remembers; safe in any thread."""

    def __init__(self, roster: Roster, clock: Clock) -> None:
        self._site = roster.site
        self._clock = clock
        self._started_s = clock.monotonic()
        self._buses = {name: BusView(name) for name in roster.buses}
        self._devices = {entry.name: DeviceView(entry) for entry in roster.devices}
        self._outputs = {name: OutputView(name) for name in roster.outputs}
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Take in one event; one about a name that is not in the roster changes nothing."""
        with self._lock:
            match event:
                case BusEvent() if event.bus in self._buses:
                    self._buses[event.bus] = _bus_after(self._buses[event.bus], event)
                case DeviceEvent() if event.device in self._devices and event.bus in self._buses:
                    self._of_device(event)
                case OutputEvent() if event.output in self._outputs:
                    self._outputs[event.output] = _output_after(self._outputs[event.output], event)

    def snapshot(self) -> Snapshot:
        """Return everything as it is now."""
        with self._lock:
            return Snapshot(
                site=self._site,
                started_s=self._started_s,
                now_s=self._clock.monotonic(),
                wall=self._clock.wall(),
                buses=tuple(self._buses.values()),
                devices=tuple(self._devices.values()),
                outputs=tuple(self._outputs.values()),
            )

    def _of_device(self, event: DeviceEvent) -> None:
        bus, device = self._buses[event.bus], self._devices[event.device]
        match event:
            case PollFinished():
                self._buses[event.bus] = replace(bus, polls=bus.polls.after(event))
                self._devices[event.device] = _polled(device, event, self._clock.monotonic())
            case PollSkipped():
                self._buses[event.bus] = replace(bus, polls=bus.polls.after(event))
                self._devices[event.device] = replace(device, polls=device.polls.after(event))
            case DeviceStateChanged():
                self._devices[event.device] = replace(device, state=event.after)


def _bus_after(bus: BusView, event: BusEvent) -> BusView:
    match event:
        case TransactionFinished():
            return replace(
                bus,
                transactions=bus.transactions + 1,
                sent_bytes=bus.sent_bytes + event.sent_bytes,
                received_bytes=bus.received_bytes + event.received_bytes,
                busy_s=bus.busy_s + event.held_s,
            )
        case PortOpened():
            return replace(bus, is_open=True, problem="")
        case PortLost() | PortOpenFailed():
            return replace(bus, is_open=False, problem=event.error)
        case _:
            return bus


def _polled(device: DeviceView, event: PollFinished, now: float) -> DeviceView:
    polls = device.polls.after(event)
    records = {**device.records, event.record.series: event.record}
    if event.outcome != "good":
        return replace(device, polls=polls, records=records, trouble=event.outcome)
    state = "online" if device.state == "waiting" else device.state
    return replace(device, polls=polls, records=records, state=state, last_good_s=now, trouble=None)


def _output_after(output: OutputView, event: OutputEvent) -> OutputView:
    match event:
        case RecordsWritten():
            return replace(output, written=output.written + event.records, problem="")
        case WriteFailed():
            return replace(output, problem=event.error)
        case WriteRecovered():
            return replace(output, problem="")
        case RecordsDropped():
            dropped = output.dropped.get(event.reason, 0) + event.records
            return replace(output, dropped={**output.dropped, event.reason: dropped})
        case SpoolChanged():
            return replace(output, waiting=event.records)
        case _:
            return output
