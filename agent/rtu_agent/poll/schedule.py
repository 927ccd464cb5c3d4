"""What is due on one bus, and in which order.

Theory of operation
-------------------
Every job, one group of one device, has a fixed grid of ticks: start + phase + n x period. The grid never moves with how
long polls take, so nothing drifts. Phases are spread over the period, and those of one period are shifted against those
of another, so that slow groups do not land together. Only the first tick of each job is brought forward to the start,
so that a started agent shows values soon; one that still waits when its own time comes is the same tick, and not lost.

A tick whose time has come waits, and `waiting` says whose turn it is. A tick that still waits when the next one of its
job comes is overtaken: it will never be polled, and is handed out to be counted. So at most one tick of a job waits.

A poll may take along other groups of its device that are due, and slower ones that are due before its own group is
again; their ticks count as served. Their grids stay. Due is meant in the virtual time of `waiting`, so that on an
overloaded bus nobody rides to more than its share, and nobody rides on an urgent poll while the urgent ones are late.

Only the distance between two looks at the clock counts, never what it shows. A distance that no poll can explain
(below zero, or more than a minute: the machine slept, or somebody moved the clock) moves all grids along: what was due
in three seconds still is. So a jump brings neither a burst of polls nor a hole, and invents no ticks.

Jobs come, go and change their periods while others are polled, whose grids stay where they are. A new grid lies in the
widest gap between those of its period. A tick that waits when its device leaves is withdrawn: nobody wants it any more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from heapq import heapify, heappop, heappush
from itertools import count, pairwise
from math import floor, inf
from typing import Final

from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.waiting import Queue, Row, Turns

ONCE_RETRY_S: Final = 60.0
"""How soon a job without a period is asked again when it failed."""
JUMP_S: Final = 60.0
"""The clock never advances so far between two looks, unless it jumps."""
_GOLDEN: Final = 0.618_033_988_75


class Schedule:
    """The jobs of one bus. A decision costs O(log n).

    Args:
        jobs: the jobs; their order decides between equal deadlines.
        start: the time from which the grids are counted.
    """

    def __init__(self, jobs: Iterable[Job], start: float) -> None:
        self._places = count()
        self._rows = [Row(job, next(self._places), job.period_s or ONCE_RETRY_S, start) for job in jobs]
        self._by_device: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self._rows:
            self._by_device[row.job.device][row.job.group] = row
        _spread(self._rows, start)
        self._ticks = [(row.following, row.place, row) for row in self._rows]
        heapify(self._ticks)
        self._urgent, self._others = Queue(), Queue()
        self._turns = Turns()
        self._held: set[str] = set()
        self._overtaken: list[Job] = []
        self._seen: float | None = None
        self._jumped_s = 0.0

    # -- time ----------------------------------------------------------------------------------------------------------

    def overtaken(self, now: float) -> list[Job]:
        """Return the job of every tick that can no longer start before its next one, once for each such tick."""
        self._advance(now)
        overtaken, self._overtaken = self._overtaken, []
        return overtaken

    def next_due(self, now: float) -> float:
        """Return when to look again: `now` when something can be taken, `inf` when there is nothing to come."""
        self._advance(now)
        if self._urgent.first() or self._others.first():
            return now
        while self._ticks and self._ticks[0][0] != self._ticks[0][2].following:
            heappop(self._ticks)
        return self._ticks[0][0] + self._jumped_s if self._ticks else inf

    def room_s(self, now: float) -> float:
        """Return how long nobody can be taken who is not held, seconds; `inf` when all are held. It costs O(n)."""
        time = self._advance(now)
        if self._urgent.first() or self._others.first():
            return 0.0
        free = (row.following for row in self._rows if row.job.device not in self._held)
        return min(free, default=inf) - time

    def _advance(self, now: float) -> float:
        """Let every tick arrive whose time has come; return the time that the grids know."""
        step = 0.0 if self._seen is None else now - self._seen
        self._seen = now
        if not 0 <= step <= JUMP_S:
            self._jumped_s += step
        now -= self._jumped_s
        while self._ticks and self._ticks[0][0] <= now:
            tick, _, row = heappop(self._ticks)
            if tick == row.following:
                self._arrive(row, now)
        return now

    def _arrive(self, row: Row, now: float) -> None:
        tick = row.following
        self._follow(row)
        if row.due is not None:
            if not row.early:
                self._overtaken.append(row.job)
            row.due, row.early = tick, False
        else:
            row.due = tick
            self._wait(row, now)

    def _follow(self, row: Row) -> None:
        passed = floor((row.following - row.phase) / row.period_s + 1e-9)
        row.following = row.phase + (passed + 1) * row.period_s
        heappush(self._ticks, (row.following, row.place, row))

    # -- turns ---------------------------------------------------------------------------------------------------------

    def take(self, now: float) -> Tick | None:
        """Take the tick whose turn it is, or None when nobody waits who may be polled."""
        time = self._advance(now)
        row = self._turns.choose(self._urgent.next(), self._others.next(), time)
        return None if row is None else self._leave(row)

    def companions(self, tick: Tick, now: float) -> frozenset[str]:
        """Return the other groups of the device that are due, or slower and due before `tick`'s own group again."""
        time = self._advance(now)
        rows = self._by_device[tick.job.device]
        host = rows[tick.job.group]
        crowded = tick.job.urgent and self._urgent.late(time)
        return frozenset(
            group
            for group, row in rows.items()
            if group != tick.job.group
            and not (crowded and not row.job.urgent)
            and (row.due is not None or row.period_s >= host.period_s)
            and self._due_by(row, host.following, time)
        )

    def _due_by(self, row: Row, moment: float, now: float) -> bool:
        """Return whether the tick of `row` comes before `moment`, in virtual time."""
        if not row.job.period_s:
            return False
        queue = self._queue(row.job)
        deadline = queue.deadline(row, row.following, now) if row.due is None else row.deadline
        return deadline - row.period_s < queue.virtual(now) + (moment - now)

    def ride(self, device: str, groups: Iterable[str], now: float) -> list[Tick]:
        """Take the ticks of `groups`, which were among the `companions`, along with one that was taken."""
        time = self._advance(now)
        return [self._take_along(self._by_device[device][group], time) for group in sorted(groups)]

    def _take_along(self, row: Row, now: float) -> Tick:
        if row.due is None:
            row.due = row.following
            row.deadline = self._queue(row.job).deadline(row, row.due, now)
            self._follow(row)
        return self._leave(row)

    def finished(self, tick: Tick, held_s: float, *, good: bool) -> None:
        """A tick that was taken has met its fate.

        Args:
            tick: the tick.
            held_s: how long its poll held the bus, seconds; 0 for one that was taken along.
            good: it succeeded, so a job without a period is over.
        """
        others_wait = self._others.first() is not None
        self._turns.spent(held_s, urgent=tick.job.urgent, others_wait=others_wait)
        if good and not tick.job.period_s:
            row = self._by_device[tick.job.device][tick.job.group]
            row.following, row.due, row.entry = inf, None, None

    # -- devices -------------------------------------------------------------------------------------------------------

    def hold(self, device: str) -> None:
        """Let no tick of `device` be taken; they wait, and are overtaken, all the same."""
        self._held.add(device)
        for row in self._by_device[device].values():
            row.entry = None

    def release(self, device: str, now: float) -> None:
        """Let the ticks of a held device be taken again."""
        if device in self._held:
            self._held.remove(device)
            self._wait_all(device, self._advance(now))

    def only(self, device: str, groups: Collection[str], now: float) -> None:
        """Let a device have these groups and no others, from now on: it was found out that it has."""
        time = self._advance(now)
        for group, row in self._by_device[device].items():
            if group not in groups:
                row.absent, row.following, row.due, row.entry = True, inf, None, None
            elif row.absent:
                row.absent, row.due = False, time
                row.following = time
                self._follow(row)
        self._wait_all(device, time)

    def now(self, device: str, now: float) -> None:
        """Make every job of a device due at once, as when it has come back."""
        time = self._advance(now)
        for row in self._by_device[device].values():
            if row.due is None and row.following < inf:
                row.due, row.early = time, True
        self._wait_all(device, time)

    # -- jobs that come and go -----------------------------------------------------------------------------------------

    def add(self, jobs: Iterable[Job], now: float) -> None:
        """Let jobs be polled from now on; the first tick of each is brought forward to now."""
        time = self._advance(now)
        for job in jobs:
            row = Row(job, next(self._places), job.period_s or ONCE_RETRY_S, time)
            row.phase, row.early = _free_phase(self._rows, row.period_s, time), True
            self._rows.append(row)
            self._by_device[job.device][job.group] = row
            heappush(self._ticks, (row.following, row.place, row))

    def remove(self, device: str) -> None:
        """Forget a device with all its jobs. What was `overtaken` before is still handed out."""
        for row in self._by_device.pop(device, {}).values():
            row.following, row.due, row.entry = inf, None, None
        self._rows = [row for row in self._rows if row.job.device != device]
        self._held.discard(device)

    def retime(self, job: Job, now: float) -> None:
        """Give a job another period. A tick that waits goes on waiting; the next one is one period away at most."""
        time = self._advance(now)
        row = self._by_device[job.device][job.group]
        others = [other for other in self._rows if other is not row]
        row.job, row.period_s = job, job.period_s or ONCE_RETRY_S
        row.phase, row.early = _free_phase(others, row.period_s, time), row.due is not None
        if not row.absent:
            row.following = time
            self._follow(row)

    def _wait_all(self, device: str, now: float) -> None:
        for row in self._by_device[device].values():
            if row.due is not None and row.entry is None:
                self._wait(row, now)

    def _wait(self, row: Row, now: float) -> None:
        if row.job.device not in self._held:
            self._queue(row.job).add(row, now)

    def _leave(self, row: Row) -> Tick:
        assert row.due is not None, "only a tick that waits is taken"  # noqa: S101
        tick = Tick(row.job, row.due + self._jumped_s)
        row.due, row.entry, row.early = None, None, False
        return tick

    def _queue(self, job: Job) -> Queue:
        return self._urgent if job.urgent else self._others


def _spread(rows: list[Row], start: float) -> None:
    """Give every row its phase."""
    by_period: dict[float, list[Row]] = defaultdict(list)
    for row in rows:
        by_period[row.period_s].append(row)
    for number, equal in enumerate(by_period.values()):
        shift = number * _GOLDEN % 1
        for place, row in enumerate(equal):
            row.phase = start + row.period_s * (place + shift) / len(equal)
            row.early = row.phase > start


def _free_phase(rows: Iterable[Row], period_s: float, time: float) -> float:
    """Return a moment within one period after `time`: the middle of the widest gap between grids of that period."""
    taken = sorted((row.phase - time) % period_s for row in rows if row.period_s == period_s)
    if not taken:
        return time + period_s
    gaps = [(later - earlier, earlier) for earlier, later in pairwise([*taken, taken[0] + period_s])]
    width_s, begin_s = max(gaps)
    return time + ((begin_s + width_s / 2) % period_s or period_s)
