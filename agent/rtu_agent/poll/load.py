"""What a bus will carry, computed from the plans and the intervals that the poller uses.

Each group of a device adds its own transactions at its own interval. A group that rides (see `DevicePlans.riders`) is
never read on its own: every one of its ticks finds a poll of its host that comes no more than one interval of the host
before it, so it adds what the longer blocks of that poll cost more. When several groups ride in one poll together they
may share still more; that is rare, and left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.poll.job import Job
from rtu_agent.poll.probing import PROBE_SHARE

CAPACITY: Final = 1.0 - PROBE_SHARE
"""The share of a bus's time that its schedule may take; probes of silent devices may take the rest."""


@dataclass(frozen=True, slots=True)
class GroupLoad:
    """What one group of one device adds to its bus with each of its polls."""

    job: Job
    host: Job | None
    """The group that it rides with, None when it is read on its own."""
    transactions: int
    bytes: int
    wire_s: float
    """Requests, turnarounds, replies, and t3.5 of silence after each."""
    held_s: float
    """The same with the pauses that the device needs beyond t3.5."""

    @property
    def period_s(self) -> float:
        """Seconds between two of its polls, more than zero."""
        return self.job.period_s

    @property
    def groups(self) -> frozenset[str]:
        """What is polled together when it is polled."""
        return frozenset({self.job.group} if self.host is None else {self.job.group, self.host.group})

    @property
    def early_s(self) -> float:
        """How long before its own tick it may be read, seconds."""
        return 0.0 if self.host is None else self.host.period_s


@dataclass(frozen=True, slots=True)
class BusLoad:
    """The groups of one bus that are polled again and again, and the sums of what they add. `once` is not counted."""

    groups: tuple[GroupLoad, ...]

    @property
    def transactions_per_s(self) -> float:
        """Requests in each second, on average."""
        return sum(group.transactions / group.period_s for group in self.groups)

    @property
    def bytes_per_s(self) -> float:
        """Bytes of requests and replies in each second, on average."""
        return sum(group.bytes / group.period_s for group in self.groups)

    @property
    def utilisation(self) -> float:
        """The share of its time for which the bus carries something or must be silent after it."""
        return sum(group.wire_s / group.period_s for group in self.groups)

    @property
    def held(self) -> float:
        """The utilisation and the pauses that devices need, during which nobody else can be asked either.

        A pause that happens to fall into a time when the bus is idle anyway costs nothing; it is counted, because
        one cannot rely on that.
        """
        return sum(group.held_s / group.period_s for group in self.groups)

    @property
    def fits(self) -> bool:
        """True when the schedule leaves the probes their share."""
        return self.held <= CAPACITY


def bus_load(jobs: Iterable[Job], plans: Mapping[str, DevicePlans]) -> BusLoad:
    """Return what the jobs of one bus make it carry while all devices answer.

    Args:
        jobs: all of the bus.
        plans: those of each device, by name.
    """
    of_device: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.period_s:
            of_device[job.device].append(job)
    return BusLoad(tuple(group for name, own in of_device.items() for group in _loads(own, plans[name])))


def _loads(jobs: Iterable[Job], plans: DevicePlans) -> Iterator[GroupLoad]:
    """Yield the groups of one device, hosts before those that ride with them."""
    hosts: list[Job] = []
    for job in sorted(jobs, key=lambda job: job.period_s):
        own = frozenset({job.group})
        host = next((host for host in hosts if plans.riders(frozenset({host.group}), own)), None)
        if host is None:
            hosts.append(job)
            yield _load(job, None, plans.poll(own), None)
        else:
            alone = frozenset({host.group})
            yield _load(job, host, plans.poll(alone | own), plans.poll(alone))


def _load(job: Job, host: Job | None, plan: PollPlan, without: PollPlan | None) -> GroupLoad:
    """Return what `plan` adds to `without`."""
    plans = [(plan, 1)] if without is None else [(plan, 1), (without, -1)]
    return GroupLoad(
        job,
        host,
        transactions=sum(sign * each.transactions for each, sign in plans),
        bytes=sum(sign * each.characters for each, sign in plans),
        wire_s=sum(sign * each.wire_s for each, sign in plans),
        held_s=sum(sign * each.held_s for each, sign in plans),
    )
