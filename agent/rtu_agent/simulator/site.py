"""The simulated buses of a site, alive from `with` to the end of its block."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rtu_agent.clock import Clock, SystemClock
from rtu_agent.driver_api.driver import Driver
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.cable import Cable
from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.exact_thread import in_exact_thread
from rtu_agent.simulator.faults.faulty_wire import FaultyWire
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.image import Image, Registers
from rtu_agent.simulator.journal import Answered
from rtu_agent.simulator.links import linked
from rtu_agent.simulator.plug import Plug
from rtu_agent.simulator.ptys import Pty
from rtu_agent.simulator.slaves import Slaves
from rtu_agent.simulator.wire import TURNAROUND_S, Trace, Wire


@dataclass(frozen=True)
class SimulatedBus:
    """What is on one bus.

    Attributes:
        name: the bus's name, unique in the site.
        line: its speed and its characters. A pty knows neither speed nor parity; the wire keeps the time of both.
        units: the driver of each unit address.
        turnaround_s: how long a slave thinks before it answers.
        trace: is told every transmission, in the simulator's thread, with times of the monotonic clock.
        images: the registers of units that are not made from a driver.
        faults: what goes wrong; nothing by default, and then it costs nothing.
        journal: is told what every unit answered, in the simulator's thread, with times of the monotonic clock.
    """

    name: str
    line: LineSettings
    units: Mapping[int, type[Driver]]
    turnaround_s: float = TURNAROUND_S
    trace: Trace | None = None
    images: Mapping[int, Registers] = field(default_factory=dict)
    faults: FaultPlan | None = None
    journal: Callable[[Answered], None] | None = None


@contextmanager
def simulated_site(
    buses: Sequence[SimulatedBus], *, seed: int = 0, links: Path | None = None, clock: Clock | None = None
) -> Iterator[Mapping[str, str]]:
    """Simulate `buses` for as long as the context lasts; give the port of each by its name.

    All buses share one thread, so that they do not fight for the interpreter.

    Args:
        buses: what to simulate.
        seed: another seed gives other values; the same one gives the same values at the same time.
        links: a directory in which a link with the name of each bus leads to its port.
        clock: what time it is for the values.

    Raises:
        OSError: no pty is left, or a link cannot be made.
        ValueError: a link cannot have the name of a bus.
    """
    site = _site(buses, seed, _steady(clock or SystemClock()))
    with in_exact_thread(site) as ports, linked(links, ports) if links else nullcontext():
        yield ports


def _steady(clock: Clock) -> Callable[[], float]:
    """Return a wall clock that nobody can set while it runs; counters would go back."""
    start_s = clock.wall() - clock.monotonic()
    return lambda: start_s + clock.monotonic()


@asynccontextmanager
async def _site(buses: Sequence[SimulatedBus], seed: int, now: Callable[[], float]) -> AsyncIterator[dict[str, str]]:
    async with AsyncExitStack() as stack:
        yield {bus.name: await stack.enter_async_context(_bus(bus, seed, now)) for bus in buses}


@asynccontextmanager
async def _bus(bus: SimulatedBus, seed: int, now: Callable[[], float]) -> AsyncIterator[str]:
    images: dict[int, Registers] = {
        unit: Image(driver, f"{seed}/{bus.name}/{unit}") for unit, driver in bus.units.items()
    }
    images.update(bus.images)
    ear = _ear(images)
    with ExitStack() as stack:
        master, far = _master(bus, stack), stack.enter_context(closing(Pty()))
        slaves = Slaves(images, far.path, now)
        await slaves.start()
        wire = _wire(bus, ear)
        cable = Cable(wire, ear, master, far)
        if isinstance(wire, FaultyWire) and isinstance(master, Plug):
            plug = master
            wire.replug = lambda plugged: cable.push(plug) if plugged else cable.pull(plug)
        cable.connect()
        try:
            yield master.path
        finally:
            cable.disconnect()
            await slaves.stop()


def _master(bus: SimulatedBus, stack: ExitStack) -> Pty | Plug:
    """Return the master's port: one that can be pulled out, with a link of its own, only where a fault pulls it."""
    if bus.faults is None or not bus.faults.unplugs:
        return stack.enter_context(closing(Pty()))
    directory = stack.enter_context(TemporaryDirectory(prefix="rtu-agent-"))
    return stack.enter_context(closing(Plug(Path(directory) / "port")))


def _wire(bus: SimulatedBus, ear: Ear) -> Wire:
    if bus.faults is None and bus.journal is None:
        return Wire(bus.line, turnaround_s=bus.turnaround_s, trace=bus.trace)
    return FaultyWire(
        bus.line,
        bus.faults or FaultPlan(),
        ear.concerns,
        turnaround_s=bus.turnaround_s,
        trace=bus.trace,
        journal=bus.journal,
    )


def _ear(images: Mapping[int, Registers]) -> Ear:
    """Return what the units of a bus hear; only those that are made from a driver can do more than be read."""
    made = {unit: image for unit, image in images.items() if isinstance(image, Image)}
    writable = {unit for unit, image in made.items() if image.writable}
    return Ear(images.keys(), writable, {unit: image.texts for unit, image in made.items()})
