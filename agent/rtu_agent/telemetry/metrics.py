"""Events → Prometheus metrics.

Every series whose labels the configuration fixes exists from the start, at 0, so that `rate()` sees the first event.
Counters grow in the thread in which the event happened; the polls go through a ledger that is read in one piece.
"""

import platform
import threading
from collections.abc import Collection
from importlib import metadata

from prometheus_client import CollectorRegistry

from rtu_agent.clock import Clock
from rtu_agent.events import (
    BusEvent,
    ClockJumped,
    ConfigRefused,
    ConfigReloaded,
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
from rtu_agent.telemetry.config_metrics import ConfigMetrics
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
        self._make = make = Instruments(registry, plain)
        self._build = metadata.version("rtu-agent"), platform.python_version()
        self._config_hash = config_hash
        make.gauge(families.BUILD_INFO, *self._build, config_hash).set(1)
        self._clock = clock
        self._loop_lag = make.histogram(families.EVENT_LOOP_LAG)
        self._jumps = {way: make.counter(families.CLOCK_JUMPS, way) for way in families.JUMPS}
        self._config = ConfigMetrics(make, clock.wall)
        self._buses: dict[str, BusMetrics] = {}
        self._polls: dict[str, PollMetrics] = {}
        self._health: dict[str, HealthMetrics] = {}
        self._gauges = DeviceGauges(())
        self._devices: dict[tuple[str, str], DeviceMetrics] = {}
        self._drivers: dict[str, DriverMetrics] = {}
        self._outputs: dict[str, OutputMetrics] = {}
        self._outputs_lock = threading.Lock()
        self._ledger = PollLedger(())
        self.adopt(roster, config_hash)
        registry.register(LedgerCollector(self._ledger))
        registry.register(self._gauges)

    def adopt(self, roster: Roster, config_hash: str = "", anew: Collection[str] = ()) -> None:
        """Count for these names from now on; the counts of those that stay go on, the series of others disappear.

        Called in the thread in which the buses and devices say what happens to them.

        Args:
            roster: the names.
            config_hash: of the configuration that they stand in.
            anew: devices that begin as if nobody knew them, under a name that stays.
        """
        if config_hash != self._config_hash:
            self._make.forget(families.BUILD_INFO, *self._build, self._config_hash)
            self._make.gauge(families.BUILD_INFO, *self._build, config_hash).set(1)
            self._config_hash = config_hash
        self._forget(roster)
        make, devices = self._make, [(device.bus, device.name) for device in roster.devices]
        self._buses = {bus: self._buses.get(bus) or BusMetrics(make, bus) for bus in roster.buses}
        self._polls = {bus: self._polls.get(bus) or PollMetrics(make, bus) for bus in roster.buses}
        self._health = {bus: self._health.get(bus) or HealthMetrics(make, bus) for bus in roster.buses}
        for bus in roster.buses:
            self._polls[bus].keep(roster.on(bus))
            self._health[bus].keep(roster.on(bus), anew)
        self._gauges.keep(devices)
        known = self._devices
        self._devices = {key: known.get(key) or DeviceMetrics(make, self._gauges, *key) for key in devices}
        self._drivers = {name: self._drivers.get(name) or DriverMetrics(make, name) for name in roster.drivers}
        for name, driver in self._drivers.items():
            driver.keep({device.name for device in roster.devices if device.driver == name} - {*anew})
        self._ledger.keep(roster.buses)
        self._adopt_outputs(roster)

    def _forget(self, roster: Roster) -> None:
        for bus, device in self._devices.keys() - {(device.bus, device.name) for device in roster.devices}:
            self._make.forget_all(bus=bus, device=device)
        for bus in self._buses.keys() - set(roster.buses):
            self._make.forget_all(bus=bus)
        for driver in self._drivers.keys() - set(roster.drivers):
            self._make.forget_all(driver=driver)

    def _adopt_outputs(self, roster: Roster) -> None:
        """Outputs say what happens to them in threads of their own."""
        with self._outputs_lock:
            for output in self._outputs.keys() - set(roster.outputs):
                self._make.forget_all(output=output)
            known, make, wall = self._outputs, self._make, self._clock.wall
            self._outputs = {name: known.get(name) or OutputMetrics(make, name, wall) for name in roster.outputs}

    def __call__(self, event: Event) -> None:
        """Count one event; safe in any thread."""
        match event:
            case BusEvent() if event.bus in self._buses:
                self._buses[event.bus](event)
            case DeviceEvent() if (event.bus, event.device) in self._devices:
                self._of_device(event)
            case OutputEvent():
                self._of_output(event)
            case LoopLagged(lag_s=lag_s):
                self._loop_lag.observe(lag_s)
            case ClockJumped(jump_s=jump_s):
                self._jumps["forward" if jump_s > 0 else "backward"].inc()
            case ConfigReloaded() | ConfigRefused():
                self._config(event)

    def _of_output(self, event: OutputEvent) -> None:
        with self._outputs_lock:
            if output := self._outputs.get(event.output):
                output(event)

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
