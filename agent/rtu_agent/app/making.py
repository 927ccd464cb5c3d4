"""What a site says → the buses, devices and jobs of the rooms that work with them."""

from collections.abc import Callable, Container
from typing import Final

from rtu_agent.bus.contract import AnyBus
from rtu_agent.bus.factory import make_bus, make_simulated_bus
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.clock import Clock
from rtu_agent.config.entries import ReportEntry, Rs485Entry
from rtu_agent.config.model import BusSettings, DeviceSettings, Site
from rtu_agent.config.ports import has_line
from rtu_agent.driver_api import Driver
from rtu_agent.events import Watcher
from rtu_agent.normalize.deadband import Reporter, deadbands
from rtu_agent.output.marks import Limits
from rtu_agent.poll.assembly import jobs_of, polled_device, reads_of
from rtu_agent.poll.facts import Facts
from rtu_agent.poll.job import Job
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.refusals import Refusals
from rtu_agent.protocol.timing import LineSettings

MODBUS_TCP_BAUDRATE: Final = 115_200
"""Stands for a network where the cost of a request is reckoned, and is the speed of what simulates it."""


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
    writable: Container[int] = frozenset(),
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
