"""The composition root: a site becomes objects, the objects run as one group of tasks, and stop in order."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from rtu_agent.bus.contract import AnyBus
from rtu_agent.bus.factory import make_bus, make_simulated_bus
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.clock import Clock
from rtu_agent.config.effective import effective
from rtu_agent.config.entries import ReportEntry, Rs485Entry
from rtu_agent.config.load import load_site
from rtu_agent.config.model import BusSettings, DeviceSettings, Site
from rtu_agent.config.ports import has_line
from rtu_agent.config.web import WebEntry
from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.record import Field
from rtu_agent.driver_api import Driver
from rtu_agent.driver_api.places import places_of
from rtu_agent.events import AgentStarted, AgentStopped, BusPlanned, ClockJumped, LoopLagged, Watcher, Watchers
from rtu_agent.normalize.deadband import Reporter, deadbands
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.marks import Limits
from rtu_agent.output.retention_watch import watch_retention
from rtu_agent.output.rollup import Names
from rtu_agent.output.rollup_output import rollups_of
from rtu_agent.plugins import OutputType, load_drivers, load_outputs
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import jobs_of, polled_device, reads_of
from rtu_agent.poll.device_plans import ONCE
from rtu_agent.poll.facts import Facts, fingerprint
from rtu_agent.poll.facts_file import FactsFile
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import bus_load
from rtu_agent.poll.memory import Memory
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.plan import PlanError
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.refusals import Refusals
from rtu_agent.poll.reporting import Reporting
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.telemetry.api import ConfigState
from rtu_agent.telemetry.api_pages import api_pages
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.clock_watch import ClockWatch
from rtu_agent.telemetry.findings import Finding, Worker, health, readiness
from rtu_agent.telemetry.http import HttpServer, ListenError, serve
from rtu_agent.telemetry.http_answer import Page
from rtu_agent.telemetry.http_app import make_app
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.passwords import Passwords, guarded
from rtu_agent.telemetry.roster import Roster, RosterDevice
from rtu_agent.telemetry.site_page import site_pages
from rtu_agent.telemetry.tls import Certificate

SPOOL_FILE: Final = "spool.sqlite3"
TICK_S: Final = 1.0
"""How often the event loop says that it turns."""
HASH_DIGITS: Final = 12
STOP_S: Final = 5.0
MODBUS_TCP_BAUDRATE: Final = 115_200
"""Stands for a network where the cost of a request is reckoned, and is the speed of what simulates it."""


class Agent:
    """One site, running from `run` to the moment it is told to stop.

    Args:
        site: what to poll and where the values go.
        driver_of: gives the driver class for the driver of a device entry.
        output_types: output classes by type.
        watchers: who is told what happens; the metrics are added here.
        clock: monotonic and wall.
        simulated: ports that stand in for those of the site, by bus; they keep the pace of a wire.
        config_hash: tells one configuration from another, for those who compare agents.
    """

    def __init__(
        self,
        site: Site,
        driver_of: Callable[[str], type[Driver]],
        output_types: Mapping[str, OutputType],
        watchers: Watchers,
        clock: Clock,
        simulated: Mapping[str, str] | None = None,
        config_hash: str = "",
    ) -> None:
        self._site = site
        self._driver_of = driver_of
        self._watch = watchers
        self._clock = clock
        self._simulated = simulated or {}
        self._registry = CollectorRegistry()
        self._ticked_at = clock.monotonic()
        outputs = {entry.name: output_types[entry.type](entry.name, entry.settings) for entry in site.outputs.values()}
        outputs |= rollups_of(outputs.values(), names_in(site, driver_of), site.state, watchers)
        self._outputs = outputs
        self.roster = roster_of(site, driver_of, outputs)
        watchers.add(Metrics(self._registry, self.roster, clock, config_hash))
        self.board = Board(self.roster, clock)
        watchers.add(self.board)
        self._pollers: dict[str, Poller] = {}
        self._limits = spool_limits(site)
        self._delivery = Delivery(outputs, site.state / SPOOL_FILE, watchers, clock, self._limits)

    @property
    def groups(self) -> set[tuple[str, str]]:
        """Every device with each of its groups, by name."""
        return {
            (entry.name, group) for entry in self._site.devices for group in self._driver_of(entry.driver).intervals
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; what was read until then is with its output or in the spool afterwards.

        Raises:
            ListenError: the HTTP address cannot be used.
            SpoolRefusedError: the spool's file is not ours to use.
        """
        http = self._serve()
        try:
            self._delivery.start()
            watch_retention(self._outputs, self._limits, self._watch)
            self._watch(AgentStarted(self._site.site, len(self._site.buses), len(self._site.devices)))
            try:
                await self._poll_until(stop)
            finally:
                await asyncio.to_thread(self._delivery.stop, STOP_S)
                self._watch(AgentStopped(self._site.site))
        finally:
            await asyncio.to_thread(http.stop)

    async def _poll_until(self, stop: asyncio.Event) -> None:
        memory = Memory(FactsFile(self._site.state), self._watch)
        try:
            await self._run_buses(memory, stop)
        finally:
            await memory.save()

    async def _run_buses(self, memory: Memory, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._tick(), name="tick"), group.create_task(memory.run(), name="memory")]
            pollers: list[asyncio.Task[None]] = []
            for name, settings in self._site.buses.items():
                bus, poller = self._bus(name, settings, memory)
                tasks.append(group.create_task(bus.run(), name=f"bus {name}"))
                pollers.append(group.create_task(poller.run(), name=f"poller {name}"))
            await stop.wait()
            for task in pollers:
                task.cancel()
            await asyncio.wait(pollers, timeout=STOP_S)  # what they must put back needs the buses
            for task in reversed([*tasks, *pollers]):
                task.cancel()

    def _bus(self, name: str, settings: BusSettings, memory: Memory) -> tuple[AnyBus, Poller]:
        patience = Patience(settings.timeout)
        watch, writable = Watchers(patience, self._watch), writable_units(self._site, name)
        bus = bus_of(settings, watch, self._clock, self._simulated.get(name), writable)
        devices, jobs = [], []
        reporters: dict[str, Reporter] = {}
        for entry in self._site.devices:
            if entry.bus == name:
                driver = self._driver_of(entry.driver)
                mark = fingerprint(driver, name, entry.unit)
                known = learnt(memory.recall(entry.name, mark), driver, self._clock.monotonic())
                device = make_device(self._site, entry, driver, *known)
                device.counters.recall(memory.counters(entry.name, mark))
                if entry.report is not None:
                    reporters[entry.name] = reporter_of(device, entry.report)
                grant(device, patience)
                memory.keep(device, mark, patience)
                devices.append(device)
                jobs += jobs_of(device, entry.intervals(driver))
        plans = {device.name: device.plans for device in devices}
        known_jobs = [job for job in jobs if job.group in plans[job.device].groups]
        self._watch(BusPlanned(name, bus_load(known_jobs, plans).held))
        # A port that was just opened is listened to for one timeout; nothing is due before that.
        schedule = Schedule(jobs, self._clock.monotonic() + settings.timeout)
        asker = Asker(bus, patience, self._clock)
        accept = Reporting(name, reporters, self._delivery.accept, self._watch)
        poller = Poller(asker, devices, schedule, self._watch, accept, self._clock)
        self._pollers[name] = poller
        return bus, poller

    # -- health --------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Say how late the event loop is, that it turns at all, and when the wall clock was set."""
        clocks = ClockWatch(self._clock)
        while True:
            asked = self._clock.monotonic()
            await asyncio.sleep(TICK_S)
            self._ticked_at = self._clock.monotonic()
            self._watch(LoopLagged(max(0.0, self._ticked_at - asked - TICK_S)))
            if jump_s := clocks.look():
                self._watch(ClockJumped(jump_s))

    def _healthy(self) -> Finding:
        """Alive while the event loop turns and every bus is worked on; nothing else is cured by a restart."""
        now = self._clock.monotonic()
        longest_s = longest_timeouts(self._site, self._driver_of)
        workers = [
            Worker(bus.name, max(bus.active_s, self._pollers[bus.name].turned_at), longest_s[bus.name])
            for bus in self.board.snapshot().buses
            if bus.name in self._pollers
        ]
        return health(self._ticked_at, workers, now)

    def _ready(self) -> Finding:
        """Ready when every port was open once; one that is lost later is an alert and not a restart."""
        return readiness(self.board.snapshot())

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _serve(self) -> HttpServer:
        web, app = self._site.http.web, make_app(self._registry, self._healthy, self._ready, self._pages())
        if web.basic_auth_users:
            app = guarded(app, Passwords(web.basic_auth_users))
        return serve(self._site.http.listen, app, certificate_of(web))

    def _pages(self) -> Mapping[str, Page]:
        loaded = ConfigState(self._clock.wall())
        answers = api_pages(
            self.board,
            self.roster.buses,
            metadata.version("rtu-agent"),
            lambda: loaded,
            lambda: effective(self._site, self._driver_of),
        )
        return {**answers, **site_pages()}


def certificate_of(web: WebEntry) -> Certificate | None:
    """Return what the HTTP server shows of itself, or None where it speaks no TLS.

    Raises:
        ListenError: the certificate cannot be used.
    """
    if web.tls_server_config is None:
        return None
    try:
        return Certificate(web.tls_server_config.cert_file, web.tls_server_config.key_file)
    except OSError as error:
        place = web.tls_server_config.cert_file
        raise ListenError(f"http: the certificate {place} cannot be used with its key: {error}") from error


def longest_timeouts(site: Site, driver_of: Callable[[str], type[Driver]]) -> dict[str, float]:
    """Return by bus the longest time, seconds, that any of its devices is waited for."""
    longest = {name: bus.timeout for name, bus in site.buses.items()}
    for entry in site.devices:
        longest[entry.bus] = max(longest[entry.bus], driver_of(entry.driver).limits.timeout_s or 0.0)
    return longest


def spool_limits(site: Site) -> Limits:
    """Return how much the spool may hold, and for how long."""
    return Limits(site.spool.max, int(site.spool.keep * 1000))


def writable_units(site: Site, bus: str) -> frozenset[int]:
    """Return the units of a bus to which requests that write may be sent."""
    return frozenset(entry.unit for entry in site.devices if entry.bus == bus and entry.allow_writes)


def rs485_of(entry: Rs485Entry | None) -> Rs485 | None:
    """Return how the kernel shall switch the direction of a bus, in whole milliseconds, or None if it shall not."""
    if entry is None:
        return None
    before_ms, after_ms = (round(1000 * (delay_s or 0.0)) for delay_s in (entry.delay_before, entry.delay_after))
    return Rs485(entry.rts_on_send, before_ms, after_ms, entry.rx_during_tx)


def bus_of(
    settings: BusSettings,
    watch: Watcher,
    clock: Clock,
    simulated: str | None = None,
    writable: frozenset[int] = frozenset(),
) -> AnyBus:
    """Return a bus of the site. Made and used inside a running event loop.

    Args:
        settings: what the site says about it.
        watch: who is told what happens.
        clock: the monotonic clock of the event loop.
        simulated: the port that stands in for its own.
        writable: the units to which writes are allowed.
    """
    name, line, timeout_s = settings.name, line_of(settings), settings.timeout
    if simulated is not None:
        return make_simulated_bus(name, simulated, line, watch, clock, timeout_s=timeout_s, writable=writable)
    return make_bus(
        name,
        settings.port,
        line,
        watch,
        clock,
        timeout_s=timeout_s,
        writable=writable,
        backend=settings.backend,
        rs485=rs485_of(settings.rs485),
    )


def make_device(
    site: Site,
    entry: DeviceSettings,
    driver: type[Driver],
    turnaround_s: float | None = None,
    refusals: Refusals | None = None,
) -> PolledDevice:
    """Return a device of the site.

    Args:
        site: the site.
        entry: what the site says about it.
        driver: what its driver says about it.
        turnaround_s: from the end of a request to the reply, where it is known.
        refusals: what it refuses, where that is known.
    """
    tags = {"site": site.site, "bus": entry.bus, "device": entry.name, **entry.tags}
    line = line_of(site.buses[entry.bus])
    writes = entry.allow_writes
    return polled_device(entry.name, entry.unit, driver, line, tags, turnaround_s, refusals, writes=writes)


def reporter_of(device: PolledDevice, entry: ReportEntry) -> Reporter:
    """Return what decides which records of a device are stored."""
    return Reporter(
        lambda: deadbands((device.found or device.base).signals, entry.deadband), heartbeat_s=entry.heartbeat
    )


def grant(device: PolledDevice, patience: Patience) -> None:
    """Let a device think for as long as its driver says that it needs."""
    if device.timeout_s is not None:
        patience.grant(device.unit, device.timeout_s)


def learnt(facts: Facts | None, driver: type[Driver], now: float) -> tuple[float | None, Refusals]:
    """Return what a device begins with: the turnaround and the refusals that were learnt, or none."""
    known = facts.refusals if facts is not None else ()
    refusals = Refusals(reads_of(driver), known, now)
    return None if facts is None else facts.turnaround_s, refusals


def line_of(settings: BusSettings) -> LineSettings:
    """Return the serial settings of a bus; for Modbus TCP those of a fast line, as planning needs some line."""
    baudrate = settings.baudrate if has_line(settings.port) else MODBUS_TCP_BAUDRATE
    return LineSettings(baudrate, settings.parity, settings.stop_bits)


def polled_on(
    bus: str, site: Site, driver_of: Callable[[str], type[Driver]], turnaround_s: float | None = None
) -> tuple[list[PolledDevice], list[Job]]:
    """Return the devices of a bus and all their jobs that can be foreseen: what is found out may add others.

    Args:
        bus: its name.
        site: what to poll.
        driver_of: gives the driver class for the driver of a device entry.
        turnaround_s: from the end of a request to the reply, where it is known.
    """
    devices, jobs = [], []
    for entry in site.devices:
        if entry.bus == bus:
            driver = driver_of(entry.driver)
            device = make_device(site, entry, driver, turnaround_s)
            devices.append(device)
            known = device.plans.groups
            jobs += [job for job in jobs_of(device, entry.intervals(driver)) if job.group in known]
    return devices, jobs


def names_in(site: Site, driver_of: Callable[[str], type[Driver]]) -> Callable[[str], Names]:
    """Return what tells the fields of a device by their names; there are none of a device that is not in the site."""
    fields = {}
    for entry in site.devices:
        driver = driver_of(entry.driver)
        held_s = entry.report.heartbeat + max(entry.intervals(driver).values()) if entry.report else 0.0
        known = (replace(signal.field, held_s=held_s) for signal in driver.signals)
        fields[entry.name] = {field.name: field for field in known}
    return lambda device: fields.get(device, {})


def kinds_in(site: Site, driver_of: Callable[[str], type[Driver]]) -> dict[str, tuple[Field, ...]]:
    """Return by measurement the fields that its records have; what is read at start only is not among them.

    Where two drivers of one kind disagree about a field, it is a counter if it is one for either.
    """
    kinds: dict[str, dict[str, Field]] = {}
    for driver in {entry.driver: driver_of(entry.driver) for entry in site.devices}.values():
        fields = kinds.setdefault(driver.kind, {})
        for signal in driver.signals:
            if signal.group != ONCE and (signal.field.name not in fields or signal.counter):
                fields[signal.field.name] = signal.field
    return {kind: tuple(fields.values()) for kind, fields in kinds.items()}


def objection_to(driver: type[Driver]) -> str | None:
    """Return why a driver cannot be polled at any speed, or None: it wants what one request cannot carry."""
    try:
        polled_device(driver.name, driver.serial.unit, driver, LineSettings(), {})
    except PlanError as error:
        return str(error)
    return None


def roster_of(site: Site, driver_of: Callable[[str], type[Driver]], outputs: Iterable[str]) -> Roster:
    """Return the names of everybody in the site, for metrics and views; `outputs` with their rollups."""
    devices = []
    places_by_driver: dict[type[Driver], tuple[PointPlace, ...]] = {}
    for entry in site.devices:
        driver = driver_of(entry.driver)
        if driver not in places_by_driver:
            places_by_driver[driver] = places_of(driver)
        places = places_by_driver[driver]
        devices.append(RosterDevice(entry.name, entry.bus, driver.name, driver.kind, entry.unit, places))
    ports = {name: bus.port for name, bus in site.buses.items()}
    return Roster(site.site, tuple(site.buses), tuple(devices), tuple(outputs), ports)


@dataclass(frozen=True)
class LoadedSite:
    """A checked site and the classes that its names stand for."""

    site: Site
    driver_of: Callable[[str], type[Driver]]
    output_types: Mapping[str, OutputType]
    config_hash: str = ""
    """The first digits of the SHA-256 of the file."""


def load(path: Path) -> LoadedSite:
    """Read and check a site.

    Raises:
        ConfigError: something is wrong with it; all that is, with places.
        OSError: the file cannot be read.
    """
    catalogue = load_drivers()
    output_types = load_outputs()
    found: dict[str, type[Driver]] = {}

    def resolve(name: str, directory: Path) -> type[Driver]:
        if name not in found:
            found[name] = catalogue.resolve(name, directory)
        return found[name]

    settings = {name: output.Settings for name, output in output_types.items()}
    site = load_site(path, resolve, catalogue.names(), settings, objection_to)
    config_hash = sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS]
    return LoadedSite(site, found.__getitem__, output_types, config_hash)
