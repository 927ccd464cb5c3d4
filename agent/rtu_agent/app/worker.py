"""One bus of the site at work: the bus, the poller of its devices, and their tasks."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from rtu_agent.app.loading import LoadedSite
from rtu_agent.app.making import bus_of, grant, learnt, make_device, reporter_of
from rtu_agent.clock import Clock
from rtu_agent.config.model import BusSettings, DeviceSettings
from rtu_agent.domain.record import Record
from rtu_agent.events import BusPlanned, Watcher, Watchers
from rtu_agent.normalize.deadband import Reporter
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import jobs_of
from rtu_agent.poll.facts import fingerprint
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import bus_load
from rtu_agent.poll.memory import Memory
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.reporting import Reporting
from rtu_agent.poll.schedule import Schedule

LAST_S: Final = 2.5
"""How long a poller has to put back what its scripts must, when its bus is stopped, seconds."""


class BusWorker:
    """One bus. Made and used inside a running event loop.

    Args:
        settings: what the site says about it.
        memory: what was learnt about devices.
        watch: who is told what happens.
        accept: takes every record.
        clock: monotonic and wall.
        simulated: the port that stands in for its own.
    """

    def __init__(
        self,
        settings: BusSettings,
        memory: Memory,
        watch: Watcher,
        accept: Callable[[Record], None],
        clock: Clock,
        simulated: str | None = None,
    ) -> None:
        self.name = settings.name
        self._timeout_s = settings.timeout
        self._memory = memory
        self._watch = watch
        self._clock = clock
        self._patience = Patience(settings.timeout)
        self._writable: set[int] = set()
        self._devices: dict[str, PolledDevice] = {}
        self._intervals: dict[str, Mapping[str, float]] = {}
        self._reporters: dict[str, Reporter] = {}
        self._reporting = Reporting(self.name, self._reporters, accept, watch)
        self._bus = bus_of(settings, Watchers(self._patience, watch), clock, simulated, self._writable)
        self._poller: Poller | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, loaded: LoadedSite, entries: Iterable[DeviceSettings], group: asyncio.TaskGroup) -> None:
        """Open the port and begin to poll these devices."""
        devices, jobs = await self._make(loaded, entries)
        self._say_plan()
        # A port that was just opened is listened to for one timeout; nothing is due before that.
        schedule = Schedule(jobs, self._clock.monotonic() + self._timeout_s)
        asker = Asker(self._bus, self._patience, self._clock)
        self._poller = Poller(asker, devices, schedule, self._watch, self._reporting, self._clock)
        self._tasks = [
            group.create_task(self._bus.run(), name=f"bus {self.name}"),
            group.create_task(self._poller.run(), name=f"poller {self.name}"),
        ]

    async def stop(self) -> None:
        """Let the scripts put back what they must, then close the port."""
        if not self._tasks:
            return
        bus, poller = self._tasks
        try:
            poller.cancel()
            await asyncio.wait([poller], timeout=LAST_S)  # what it must put back needs the bus
        finally:
            bus.cancel()
        await asyncio.wait([bus])

    async def leave(self) -> None:
        """Stop, while others go on; what is known about the devices stays known."""
        await self.stop()
        for name in self._devices:
            self._memory.leave(name)

    async def add(self, loaded: LoadedSite, entries: Iterable[DeviceSettings]) -> None:
        """Poll these devices as well."""
        devices, jobs = await self._make(loaded, entries)
        await self._at_work.add(devices, jobs)
        self._say_plan()

    async def remove(self, names: Iterable[str]) -> None:
        """Poll these devices no longer."""
        leaving = [*names]
        await self._at_work.remove(leaving)
        for name in leaving:
            device = self._devices.pop(name)
            self._reporters.pop(name, None)
            self._memory.leave(name)
            self._patience.forget(device.unit)
            self._writable.discard(device.unit)
        self._say_plan()

    async def retime(self, loaded: LoadedSite, entries: Iterable[DeviceSettings]) -> None:
        """Poll these devices, which are polled already, at other intervals."""
        jobs = []
        for entry in entries:
            before, after = self._intervals[entry.name], entry.intervals(loaded.driver_of(entry.driver))
            jobs += [Job(entry.name, group, period_s) for group, period_s in after.items() if before[group] != period_s]
            self._intervals[entry.name] = after
        await self._at_work.retime(jobs)
        self._say_plan()

    @property
    def turned_at(self) -> float:
        """When it last looked for something to do, on the monotonic clock."""
        return self._at_work.turned_at

    @property
    def longest_timeout_s(self) -> float:
        """The longest that any device of the bus is waited for, seconds."""
        granted = [device.timeout_s or 0.0 for device in [*self._devices.values()]]  # asked for in other threads, too
        return max([self._timeout_s, *granted])

    @property
    def _at_work(self) -> Poller:
        assert self._poller is not None, "a worker is started before its devices change"  # noqa: S101
        return self._poller

    async def _make(
        self, loaded: LoadedSite, entries: Iterable[DeviceSettings]
    ) -> tuple[list[PolledDevice], list[Job]]:
        devices, jobs = [], list[Job]()
        for entry in entries:
            driver = loaded.driver_of(entry.driver)
            mark = fingerprint(driver, self.name, entry.unit)
            known = learnt(self._memory.recall(entry.name, mark), driver, self._clock.monotonic())
            device = make_device(loaded.site, entry, driver, *known)
            device.counters.recall(self._memory.counters(entry.name, mark))
            if entry.report is not None:
                self._reporters[entry.name] = reporter_of(device, entry.report)
            grant(device, self._patience)
            self._memory.keep(device, mark, self._patience)
            self._devices[entry.name] = device
            self._intervals[entry.name] = entry.intervals(driver)
            if entry.allow_writes:
                self._writable.add(entry.unit)
            devices.append(device)
            jobs += jobs_of(device, self._intervals[entry.name])
            await asyncio.sleep(0)  # planning takes time, and the other buses have their own
        return devices, jobs

    def _say_plan(self) -> None:
        jobs = [job for device in self._devices.values() for job in jobs_of(device, self._intervals[device.name])]
        plans = {device.name: device.plans for device in self._devices.values()}
        known = [job for job in jobs if job.group in plans[job.device].groups]
        self._watch(BusPlanned(self.name, bus_load(known, plans).held))
