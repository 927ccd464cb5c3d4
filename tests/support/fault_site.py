"""Polled buses in real time, one for each fault, all at once: simulated wires on ptys, and the agent's own bus on each.

Port types are parameters: a `Reach` makes the port under test from the path of a simulated serial port. One that does
not open the path itself brings what stands between, such as a gateway, and takes it away at its end.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.factory import make_port
from rtu_agent.bus.port import Port
from rtu_agent.clock import SystemClock
from rtu_agent.domain.record import Record
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver, u64
from rtu_agent.events import DriverFailed, Event, PollFinished, PollSkipped, Watchers
from rtu_agent.normalize.decode import Decoded
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.journal import Journal
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from rtu_agent.simulator.truth import WORDS, Truth, TruthImage
from support.fault_table import TIMEOUT_S
from support.tcp_gateway import TcpGateway

LINE = LineSettings(19_200)
UNITS = (1, 2, 3)
PERIOD_S = 0.6
BACK_S = 40.0

Reach = Callable[[str], AbstractAsyncContextManager[Port]]
"""Takes the path of a simulated serial port; gives the port under test that leads there."""


@asynccontextmanager
async def in_the_loop(path: str) -> AsyncIterator[Port]:
    """Open it as the agent does on Linux; the simulated wire keeps its pace."""
    yield make_port(path, LINE, backend="loop", paced=True)


@asynccontextmanager
async def in_threads(path: str) -> AsyncIterator[Port]:
    """Open it as the agent does where the event loop cannot wait for it."""
    yield make_port(path, LINE, backend="thread", paced=True)


@asynccontextmanager
async def over_tcp(path: str) -> AsyncIterator[Port]:
    """Reach it through a gateway that cuts and joins what passes."""
    with TcpGateway(path) as gateway:
        yield make_port(f"rtu+tcp://127.0.0.1:{gateway.port}", LINE)


class CountedSchedule(Schedule):
    """Counts the ticks that it hands out."""

    def __init__(self, jobs: Sequence[Job], start: float) -> None:
        super().__init__(jobs, start)
        self.taken = 0
        self.skipped = 0

    def take(self, now: float) -> Tick | None:
        """Count a tick that will be polled."""
        tick = super().take(now)
        self.taken += tick is not None
        return tick

    def ride(self, device: str, groups: Iterable[str], now: float) -> list[Tick]:
        """Count the ticks that are polled along with it."""
        ticks = super().ride(device, groups, now)
        self.taken += len(ticks)
        return ticks

    def overtaken(self, now: float) -> list[Job]:
        """Count the ticks that will not."""
        jobs = super().overtaken(now)
        self.skipped += len(jobs)
        return jobs


class WatchedBus(Bus):
    """Remembers what came of everything it was asked."""

    def __init__(self, name: str, master: Master, port: Port, watch: Callable[[Event], None]) -> None:
        super().__init__(name, master, port, watch, SystemClock())
        self.outcomes: list[Outcome] = []

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Ask, and keep what came of it."""
        outcome = await super().transact(unit, request, timeout_s=timeout_s, gap_s=gap_s)
        self.outcomes.append(outcome)
        return outcome


@dataclass
class Result:
    """What one bus went through."""

    journal: Journal = field(default_factory=Journal)
    said: list[Event] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    unaccounted: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Taken, finished, overtaken and skipped, wherever they did not add up."""
    back: bool = False
    """Every device was polled well again after the fault was over."""

    @property
    def kinds(self) -> Counter[str]:
        """How often transactions ended in which way."""
        return Counter(outcome.kind for outcome in self.outcomes)

    @property
    def wrong(self) -> list[Outcome]:
        """Accepted values that the unit did not answer to the request."""
        return [outcome for outcome in self.outcomes if outcome.good and not self._is_true(outcome)]

    def _is_true(self, outcome: Outcome) -> bool:
        request = frame(outcome.unit, outcome.request.encode())
        return self.journal.holds(request, outcome.payload, outcome.sent_at, outcome.ended_at)

    def of(self, kind: type[Event]) -> int:
        """Return how many events of a kind there were."""
        return sum(isinstance(event, kind) for event in list(self.said))


class PolledBus:
    """One bus with three devices whose values convict themselves, polled by the agent's own parts."""

    def __init__(self, name: str, port: Port, result: Result) -> None:
        clock = SystemClock()
        self._result = result
        master = Master(name, LINE, timeout_s=TIMEOUT_S, paced=port.paced)
        patience = Patience(TIMEOUT_S)
        self.bus = WatchedBus(name, master, port, Watchers(patience, result.said.append))
        devices = [_device(unit) for unit in UNITS]
        self._names = {device.name for device in devices}
        self._schedule = CountedSchedule([Job(device.name, "fast", PERIOD_S) for device in devices], clock.monotonic())
        asker = Asker(self.bus, patience, clock)
        self._poller = Poller(asker, devices, self._schedule, result.said.append, _accept, clock)

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.bus.run())
                group.create_task(self._poller.run())
                group.create_task(self._audit())
        finally:
            self._result.outcomes = self.bus.outcomes

    async def _audit(self) -> None:
        """At any time every tick has met its fate, but for those of polls that are under way: one a device at most."""
        while True:
            await asyncio.sleep(0.1)
            finished, skipped = self._result.of(PollFinished), self._result.of(PollSkipped)
            if not 0 <= self._schedule.taken - finished <= len(self._names) or self._schedule.skipped != skipped:
                self._result.unaccounted.append((self._schedule.taken, finished, self._schedule.skipped, skipped))

    async def come_back(self) -> None:
        """Wait until every device is polled well."""
        waiting, since = set(self._names), len(self._result.said)
        async with asyncio.timeout(BACK_S):
            while waiting:
                await asyncio.sleep(0.05)
                waiting -= {event.device for event in self._polls(since) if event.outcome == "good"}
        self._result.back = True

    def _polls(self, since: int) -> list[PollFinished]:
        return [event for event in self._result.said[since:] if isinstance(event, PollFinished)]


def polled_in_real_time(specs: Mapping[str, str], reach: Reach, seconds: float) -> dict[str, Result]:
    """Poll one bus for each fault, all at the same time, then let the faults stop and everybody come back.

    Args:
        specs: the fault of each bus.
        reach: makes the ports under test.
        seconds: how long the faults last.
    """
    results = {name: Result() for name in specs}
    plans = {name: FaultPlan.of(spec, seed=name) for name, spec in specs.items()}
    buses = [
        SimulatedBus(
            name,
            LINE,
            {},
            images={unit: TruthImage(unit) for unit in UNITS},
            faults=plans[name],
            journal=results[name].journal.add,
        )
        for name in specs
    ]

    async def poll(ports: Mapping[str, str]) -> None:
        async with AsyncExitStack() as stack:
            polled = [
                PolledBus(name, await stack.enter_async_context(reach(ports[name])), result)
                for name, result in results.items()
            ]
            tasks = [asyncio.create_task(bus.run()) for bus in polled]
            await asyncio.sleep(seconds)
            for plan in plans.values():
                plan.stop()
            await asyncio.sleep(1.0)  # what is on its way arrives: babble, late replies, a port that is gone
            back = await asyncio.gather(*(bus.come_back() for bus in polled), return_exceptions=True)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert [error for error in back if error and not isinstance(error, TimeoutError)] == []

    with simulated_site(buses) as ports:
        asyncio.run(poll(ports))
    return results


def torn(result: Result) -> list[str]:
    """Return what the decoders found in values that were no values."""
    return [event.error for event in result.said if isinstance(event, DriverFailed)]


class Truths(Driver, table="holding"):
    """Three of the values of a unit whose registers tell the truth, in two blocks."""

    name = "test.truths"
    kind = "truth"

    first = u64(0, group="fast", vendor_specific=True)
    second = u64(8, table="input", group="fast", vendor_specific=True)
    third = u64(12, table="input", group="fast", vendor_specific=True)


class CheckedPlans(DevicePlans):
    """Plans whose decoders fail where a value is not the one asked for."""

    def __init__(self, unit: int, tags: Mapping[str, str]) -> None:
        self._unit = unit
        super().__init__(Truths, LINE, tags)

    def poll(self, groups: frozenset[str]) -> PollPlan:
        """Return the plan that reads these groups together."""
        plan = super().poll(groups)

        def decode(payloads: Sequence[bytes | None]) -> Decoded:
            for block, payload in zip(plan.blocks, payloads, strict=True):
                _check(self._unit, block, payload)
            return plan.decode(payloads)

        return replace(plan, decode=decode)


def _device(unit: int) -> PolledDevice:
    device = polled_device(f"d{unit}", unit, Truths, LINE, {"site": "s", "bus": "b", "device": f"d{unit}"})
    device.plans = CheckedPlans(unit, device.silent.tags)
    return device


def _check(unit: int, block: Span, payload: bytes | None) -> None:
    """Look at every value of a block.

    Raises:
        ValueError: one of them is another one, or torn.
    """
    for place in range(0, block.count if payload else 0, WORDS):
        told = Truth.told_by(int.from_bytes((payload or b"")[2 * place : 2 * (place + WORDS)], "big"))
        if (told.unit, told.table, told.address) != (unit, block.table, block.address + place):
            raise ValueError(f"{told} instead of unit {unit}, {block}")


def _accept(_record: Record) -> None:
    """The journal judges; records are of no use here."""
