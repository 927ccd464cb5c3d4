"""What the buses of a site will carry, computed from what the poller would be given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rtu_agent.app import LoadedSite, line_of, polled_on
from rtu_agent.poll.device_plans import ONCE, DevicePlans, PollPlan
from rtu_agent.poll.fit import smallest_interval_s
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import CAPACITY, BusLoad, GroupLoad, bus_load
from rtu_agent.poll.plan import assumed_turnaround_s
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.staleness import worst_staleness_s
from rtu_agent.protocol.timing import LineSettings


@dataclass(frozen=True)
class BusForecast:
    """One bus."""

    name: str
    line: LineSettings
    turnaround_s: float
    """What every device is taken to need before it replies."""
    devices: tuple[PolledDevice, ...]
    jobs: tuple[Job, ...]
    load: BusLoad
    scaled: frozenset[Job]
    """Those whose period an `interval` sets."""

    @property
    def staleness_s(self) -> Mapping[str, float]:
        """How old the values of each group can become."""
        once = [device.plans.poll(frozenset({ONCE})).held_s for device in self.devices if ONCE in device.plans.groups]
        return worst_staleness_s(self.load, once)

    @property
    def smallest_interval_s(self) -> float | None:
        """The smallest interval that fits, of a bus whose schedule does not; None when no interval does."""
        return smallest_interval_s(self.jobs, self._plans, self.scaled)

    @property
    def fixed(self) -> BusLoad:
        """What the bus would carry without the groups that an `interval` sets."""
        return bus_load([job for job in self.jobs if job not in self.scaled], self._plans)

    @property
    def objection(self) -> str | None:
        """Why the schedule cannot work and what can be done, or None."""
        if self.load.fits:
            return None
        trouble = (
            f"bus {self.name} cannot carry its schedule, which takes {self.load.held:.1%} of its time; "
            f"it may take {CAPACITY:.0%}, the rest is for devices that do not answer"
        )
        smallest_s = self.smallest_interval_s
        if smallest_s is not None:
            return f"{trouble}. The smallest interval that fits is {smallest_s:g}s"
        fixed = self.fixed
        groups = ", ".join(dict.fromkeys(group.job.group for group in fixed.groups))
        return f"{trouble}. No interval helps: what it does not set ({groups}) takes {fixed.held:.1%}; see `groups`"

    @property
    def _plans(self) -> dict[str, DevicePlans]:
        return {device.name: device.plans for device in self.devices}

    def plans(self, device: PolledDevice) -> Iterator[tuple[Job, GroupLoad | None, PollPlan]]:
        """Yield how each group of a device is polled; what is polled once adds no load."""
        loads = {group.job: group for group in self.load.groups}
        for job in self.jobs:
            if job.device == device.name:
                load = loads.get(job)
                yield job, load, device.plans.poll(load.groups if load else frozenset({job.group}))


def forecasts(loaded: LoadedSite, turnaround_s: float | None) -> list[BusForecast]:
    """Return what each bus of the site will carry.

    Args:
        loaded: the site.
        turnaround_s: what every device is taken to need before it replies; None is what the agent starts with.
    """
    return [forecast(name, loaded, turnaround_s) for name in loaded.site.buses]


def forecast(name: str, loaded: LoadedSite, turnaround_s: float | None) -> BusForecast:
    """Return the same of one bus."""
    line = line_of(loaded.site.buses[name])
    devices, jobs = polled_on(name, loaded.site, loaded.driver_of, turnaround_s)
    load = bus_load(jobs, {device.name: device.plans for device in devices})
    scaled = _scaled(loaded, jobs)
    assumed_s = assumed_turnaround_s(line) if turnaround_s is None else turnaround_s
    return BusForecast(name, line, assumed_s, tuple(devices), tuple(jobs), load, scaled)


def _scaled(loaded: LoadedSite, jobs: list[Job]) -> frozenset[Job]:
    entries = {entry.name: entry for entry in loaded.site.devices}
    groups = {name: entry.set_by_interval(loaded.driver_of(entry.driver)) for name, entry in entries.items()}
    return frozenset(job for job in jobs if job.group in groups[job.device])
