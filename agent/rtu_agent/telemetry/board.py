"""The state of the site as the events tell it: what live views, summaries and the API are drawn from.

Every view is a value. An event replaces the views it touches, so a snapshot is a copy of a few short lists of
references: cheap to take, consistent, and nothing that is drawn holds up who counts. What was a while ago is kept in
the same way: every ten seconds a mark holds on to the views of all buses, for an hour.
"""

import threading
from collections import deque
from collections.abc import Container
from dataclasses import replace
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.events import (
    BusEvent,
    DeviceEvent,
    Event,
    LateReplyDiscarded,
    OutputEvent,
    PollFinished,
    PollSkipped,
    TransactionFinished,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.after_event import bus_after, device_after, heard_after, output_after
from rtu_agent.telemetry.history import History, length_for
from rtu_agent.telemetry.roster import Roster, RosterDevice
from rtu_agent.telemetry.views import BusView, DeviceView, Mark, OutputView, Snapshot

MARK_S: Final = 10.0
"""Seconds between two marks."""
MARKS: Final = 361
"""An hour of them, and the one before."""
SPOOL: Final = "spool"
"""The name under which events tell of the disk of the spool itself."""


class Board:
    """The watcher that remembers; safe in any thread."""

    def __init__(self, roster: Roster, clock: Clock) -> None:
        self._clock = clock
        self._started_s = clock.monotonic()
        self._buses: dict[str, BusView] = {}
        self._devices: dict[str, DeviceView] = {}
        self._outputs: dict[str, OutputView] = {}
        self._spool_problem = ""
        self._lock = threading.Lock()
        self.adopt(roster)
        self._marks = deque([Mark(self._started_s, dict(self._buses))], MARKS)

    def adopt(self, roster: Roster, anew: Container[str] = ()) -> None:
        """Show these names from now on. Those that stay go on, but for the devices `anew`: of them only counts stay."""
        with self._lock:
            self._site, self._ports = roster.site, roster.ports
            now = self._clock.monotonic()
            self._buses = {name: self._buses.get(name) or BusView(name, now, closed_s=now) for name in roster.buses}
            history = History(length_for(len(roster.devices)))
            self._devices = {entry.name: self._device(entry, history, anew) for entry in roster.devices}
            self._at = {(entry.bus, entry.unit): entry.name for entry in roster.devices}
            self._outputs = {name: self._outputs.get(name) or OutputView(name) for name in roster.outputs}

    def _device(self, entry: RosterDevice, history: History, anew: Container[str]) -> DeviceView:
        known, new = self._devices.get(entry.name), DeviceView(entry, places=entry.places, history=history)
        if known is None or known.entry.bus != entry.bus:
            return new
        return replace(new, polls=known.polls) if entry.name in anew or known.entry != entry else known

    def __call__(self, event: Event) -> None:
        """Take in one event; one about a name that is not in the roster changes nothing."""
        with self._lock:
            self._mark(self._clock.monotonic())
            match event:
                case BusEvent() if event.bus in self._buses:
                    self._of_bus(event)
                case DeviceEvent() if event.device in self._devices and event.bus in self._buses:
                    self._of_device(event)
                case OutputEvent() if event.output in self._outputs:
                    before = self._outputs[event.output]
                    self._outputs[event.output] = output_after(before, event, self._clock.wall())
                case WriteFailed(output=output, error=error) if output == SPOOL:
                    self._spool_problem = error
                case WriteRecovered(output=output) if output == SPOOL:
                    self._spool_problem = ""

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
                ports=self._ports,
                marks=tuple(self._marks),
                spool_problem=self._spool_problem,
            )

    def _mark(self, now: float) -> None:
        if now >= self._marks[-1].at_s + MARK_S:
            self._marks.append(Mark(now, dict(self._buses)))
            self._buses = {name: replace(bus, worst_lag_s=0.0) for name, bus in self._buses.items()}

    def _of_bus(self, event: BusEvent) -> None:
        self._buses[event.bus] = bus_after(self._buses[event.bus], event, self._clock.monotonic())
        match event:
            case LateReplyDiscarded() | TransactionFinished(outcome="no_reply" | "exception"):
                name = self._at.get((event.bus, event.unit))
                if name is not None:
                    self._devices[name] = heard_after(self._devices[name], event, self._clock.wall())

    def _of_device(self, event: DeviceEvent) -> None:
        if isinstance(event, PollFinished | PollSkipped):
            bus = self._buses[event.bus]
            self._buses[event.bus] = bus_after(bus, event, self._clock.monotonic())
        device = self._devices[event.device]
        self._devices[event.device] = device_after(device, event, self._clock.monotonic(), self._clock.wall())
