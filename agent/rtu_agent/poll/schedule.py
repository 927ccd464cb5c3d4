"""What is due on one bus, and in which order.

Every job, one group of one device, has a fixed grid of ticks: start + phase + n x period. The grid never moves with how
long polls take, so nothing drifts. Phases are spread over the period, so that equal groups of many devices do not land
together. Only the first tick of each job comes at once, so that a started agent shows values soon.

Of the jobs whose tick has come, the one whose next tick is nearest goes first (earliest deadline first). A tick that is
still waiting when the next one of its job comes is overtaken: it will never be polled, and is handed out to be counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import floor, inf

ONCE_RETRY_S = 60.0
"""How soon a job without a period is asked again when it failed."""


@dataclass(frozen=True, slots=True)
class Job:
    """One group of one device. A period of 0 means once: at the start, and again until it succeeds."""

    device: str
    group: str
    period_s: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A job whose time has come at `due`, seconds on the monotonic clock."""

    job: Job
    due: float


@dataclass(slots=True)
class _Row:
    job: Job
    period_s: float
    phase: float
    due: float
    """The one tick that waits or is to come; `inf` when there will be none."""


class Schedule:
    """The jobs of one bus.

    Args:
        jobs: the jobs; their order decides between equal deadlines.
        start: the time from which the grids are counted.
    """

    def __init__(self, jobs: Iterable[Job], start: float) -> None:
        jobs = list(jobs)
        self._rows = [_Row(job, job.period_s or ONCE_RETRY_S, 0.0, start) for job in jobs]
        for period_s in {row.period_s for row in self._rows}:
            equal = [row for row in self._rows if row.period_s == period_s]
            for place, row in enumerate(equal):
                row.phase = start + period_s * place / len(equal)

    def take(self, now: float, allowed: Callable[[str], bool]) -> Tick | None:
        """Take the most urgent tick that is due now and whose device is allowed, or None.

        Args:
            now: the time.
            allowed: whether a device may be polled now.
        """
        due = [row for row in self._rows if row.due <= now and allowed(row.job.device)]
        if not due:
            return None
        row = min(due, key=lambda row: row.due + row.period_s)
        tick = Tick(row.job, row.due)
        row.due = _next_tick(row, row.due)
        return tick

    def next_due(self, allowed: Callable[[str], bool]) -> float:
        """Return when the next tick of an allowed device comes, which may be past; `inf` when none will."""
        return min((row.due for row in self._rows if allowed(row.job.device)), default=inf)

    def overtaken(self, now: float) -> Iterator[Job]:
        """Yield the job of every tick that can no longer start before its next one, once for each such tick."""
        for row in self._rows:
            while (following := _next_tick(row, row.due)) <= now:
                row.due = following
                yield row.job

    def now(self, device: str, now: float) -> None:
        """Make every job of a device due at once, as when it has come back."""
        for row in self._rows:
            if row.job.device == device and row.due < inf:
                row.due = min(row.due, now)

    def done(self, job: Job) -> None:
        """A job that is asked once has succeeded."""
        for row in self._rows:
            if row.job == job and not job.period_s:
                row.due = inf


def _next_tick(row: _Row, after: float) -> float:
    """Return the first tick of the row's grid behind `after`."""
    if after == inf:
        return inf
    passed = floor((after - row.phase) / row.period_s + 1e-9)
    return row.phase + (passed + 1) * row.period_s
