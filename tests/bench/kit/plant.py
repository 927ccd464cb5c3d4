"""Devices for benchmarks, and a poller for them."""

from collections.abc import Callable, Iterable, Mapping

from rtu_agent.bus.contract import AnyBus
from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Driver, f32
from rtu_agent.events import Watcher
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.job import Job
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.timing import LineSettings


def meter(values: int) -> type[Driver]:
    """Return a driver with so many values, two registers each, that one request reads."""
    return _made([2 * number for number in range(values)], 125)


def copy_of(driver: type[Driver]) -> type[Driver]:
    """Return a driver that reads the same pairs of input registers in blocks as wide, all in one group."""
    pairs = {point.address for point in driver.registers if point.table is Table.INPUT}
    return _made(sorted(pairs), driver.limits.max_block, gaps_readable=driver.limits.gaps_readable)


def _made(addresses: Iterable[int], max_block: int, *, gaps_readable: bool = False) -> type[Driver]:
    points = {f"value_{address:04x}": f32(address, vendor_specific=True) for address in addresses}
    body: dict[str, object] = {"__doc__": "A meter.", "__module__": __name__, "name": "bench.meter", "kind": "meter"}
    limits = {"table": "input", "max_block": max_block, "gaps_readable": gaps_readable}
    return type(Driver)("Meter", (Driver,), body | points, **limits)


def poller_of(
    bus: AnyBus,
    driver: type[Driver],
    units: Iterable[int],
    line: LineSettings,
    interval_s: float,
    patience: Patience,
    watch: Watcher,
    accept: Callable[[Record], None],
    clock: Clock,
) -> Poller:
    """Return what polls the units of a bus, from now on; each device has the name of its unit."""

    def tags(unit: int) -> Mapping[str, str]:
        return {"site": "bench", "bus": bus.name, "device": str(unit)}

    devices = [polled_device(str(unit), unit, driver, line, tags(unit)) for unit in units]
    schedule = Schedule([Job(device.name, "normal", interval_s) for device in devices], clock.monotonic() + 1.0)
    return Poller(Asker(bus, patience, clock), devices, schedule, watch, accept, clock)
