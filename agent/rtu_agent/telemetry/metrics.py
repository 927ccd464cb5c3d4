"""Events → Prometheus metrics.

Every series whose labels the configuration fixes exists from the start, at 0, so that `rate()` sees the first event.
Counters grow in the thread in which the event happened; the polls go through a ledger that is read in one piece.
"""

import platform
from importlib import metadata

from prometheus_client import CollectorRegistry

from rtu_agent.clock import Clock
from rtu_agent.events import (
    BusEvent,
    ClockJumped,
    DeviceEvent,
    DeviceStateChanged,
    DriverFailed,
    DriverQuarantined,
    DriverRecovered,
    Event,
    IdentityMismatched,
    LoopLagged,
    OutputEvent,
    PollFinished,
    PollSkipped,
    RecordHeldBack,
)
from rtu_agent.telemetry import families
from rtu_agent.telemetry.bus_metrics import BusMetrics
from rtu_agent.telemetry.device_metrics import DeviceGauges, DeviceMetrics
from rtu_agent.telemetry.driver_metrics import DriverMetrics
from rtu_agent.telemetry.health_metrics import HealthMetrics
from rtu_agent.telemetry.instruments import Instruments
from rtu_agent.telemetry.output_metrics import OutputMetrics
from rtu_agent.telemetry.poll_counts import PollLedger
from rtu_agent.telemetry.poll_metrics import LedgerCollector, PollMetrics
from rtu_agent.telemetry.roster import Roster


class Metrics:
    """The watcher that counts. An event about a name that is not in the roster is not counted."""

    def __init__(self, registry: CollectorRegistry, roster: Roster, clock: Clock, config_hash: str = "") -> None:
        collected = (*families.LEDGER, *families.DEVICE_GAUGES)
        plain = [family for family in families.FAMILIES if family not in collected]
        make = Instruments(registry, plain)
        make.gauge(families.BUILD_INFO, metadata.version("rtu-agent"), platform.python_version(), config_hash).set(1)
        self._clock = clock
        self._loop_lag = make.histogram(families.EVENT_LOOP_LAG)
        self._jumps = {way: make.counter(families.CLOCK_JUMPS, way) for way in families.JUMPS}
        self._buses = {bus: BusMetrics(make, bus) for bus in roster.buses}
        self._polls = {bus: PollMetrics(make, bus, roster.on(bus)) for bus in roster.buses}
        self._health = {bus: HealthMetrics(make, bus, roster.on(bus)) for bus in roster.buses}
        gauges = DeviceGauges((device.bus, device.name) for device in roster.devices)
        self._devices = {(d.bus, d.name): DeviceMetrics(make, gauges, d.bus, d.name) for d in roster.devices}
        self._drivers = {name: DriverMetrics(make, name) for name in roster.drivers}
        self._outputs = {name: OutputMetrics(make, name, clock.wall) for name in roster.outputs}
        self._ledger = PollLedger(roster.buses)
        registry.register(LedgerCollector(self._ledger))
        registry.register(gauges)

    def __call__(self, event: Event) -> None:
        """Count one event; safe in any thread."""
        match event:
            case BusEvent() if event.bus in self._buses:
                self._buses[event.bus](event)
            case DeviceEvent() if (event.bus, event.device) in self._devices:
                self._of_device(event)
            case OutputEvent() if event.output in self._outputs:
                self._outputs[event.output](event)
            case LoopLagged(lag_s=lag_s):
                self._loop_lag.observe(lag_s)
            case ClockJumped(jump_s=jump_s):
                self._jumps["forward" if jump_s > 0 else "backward"].inc()

    def _of_device(self, event: DeviceEvent) -> None:
        match event:
            case PollFinished() | PollSkipped():
                self._ledger.count(event)
                self._polls[event.bus].met(event, self._clock.monotonic())
                if isinstance(event, PollFinished):
                    self._polled(event)
            case RecordHeldBack():
                self._polls[event.bus].held_back()
            case DeviceStateChanged():
                self._devices[event.bus, event.device].changed(event)
                self._health[event.bus].changed(event)
            case DriverFailed() | DriverQuarantined() | DriverRecovered() | IdentityMismatched():
                if event.driver in self._drivers:
                    self._drivers[event.driver](event)

    def _polled(self, event: PollFinished) -> None:
        self._polls[event.bus](event)
        self._devices[event.bus, event.device].polled(event)
        self._health[event.bus].polled(event)
