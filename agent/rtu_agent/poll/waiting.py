"""Jobs that wait for the bus, and which of them gets it.

Theory of operation
-------------------
While the bus keeps up, the job whose deadline is nearest goes first; its deadline is one period after its tick. That is
the best order there is (earliest deadline first), and the worst one on a bus that is asked for more than it can carry:
a short period always has a near deadline, so it is either served always or, once it is late, overtaken and late again,
while long periods never lose anything.

So deadlines are kept in *virtual time*. The virtual clock shows the real time while the bus keeps up. It never passes
the earliest deadline that still waits: on a bus asked for 1.5 times what it carries it runs at two thirds of the speed.
It is set right when the bus is free and nobody waits. A job that was served is due again one period later in virtual
time. Between two of its polls every job then sees the virtual clock advance by its own period, so each is polled once
per 1.5 periods: the same share for all, whatever their periods and however long their polls take. A deadline is at most
ten seconds, or one period, behind the virtual clock: a job that was away, because its device was silent, comes back
first, and has not saved up more than that.

A poll is not interrupted, so a job loses more than its share if the polls of others are longer than its period.

Two queues: the groups `once` and `fast`, and all others. While nobody is late, the nearer deadline decides. Once
somebody is, the bus is overloaded, and `once` and `fast` go first, except that the others have a tenth of the bus's
time as long as they want it, so that nobody starves. Within its queue everybody has the same share.

Source of the idea: fair queueing with finish tags and a self-clocked virtual time (S. Golestani, INFOCOM 1994).
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Final

from rtu_agent.poll.job import Job

OTHERS_SHARE: Final = 0.1
"""Of the bus's time that the other groups have however much the urgent ones want."""
_LONGEST_CREDIT_S: Final = 1.0
_LONGEST_ARREARS_S: Final = 10.0
"""How far a deadline may be behind the virtual clock, or one period."""


_Entry = tuple[float, int, int, "Row"]


@dataclass(slots=True, eq=False)
class Row:
    """A job, its grid of ticks (`phase` + n x `period_s`) and how far it has come on it."""

    job: Job
    place: int
    """Decides between equal deadlines."""
    period_s: float
    following: float
    """The next tick of the grid; `inf` when there will be none."""
    phase: float = 0.0
    due: float | None = None
    """The one tick that waits."""
    early: bool = False
    """What waits was brought forward, at the start or because the device is back, and its own time is still to come."""
    deadline: float = 0.0
    """Of the last tick, in virtual time."""
    absent: bool = False
    """The device turned out not to have the group."""
    entry: _Entry | None = field(default=None, repr=False)
    """Where it stands in its queue."""


class Queue:
    """Rows that wait, nearest virtual deadline first. Adding and taking cost O(log n)."""

    def __init__(self) -> None:
        self._heap: list[_Entry] = []
        self._numbers = count()
        self._behind_s = 0.0

    def first(self) -> Row | None:
        """Return the row whose deadline is nearest, or None when nobody waits."""
        while self._heap and self._heap[0][3].entry is not self._heap[0]:
            heappop(self._heap)
        return self._heap[0][3] if self._heap else None

    def add(self, row: Row, now: float) -> None:
        """Let `row` wait with its tick at `row.due`."""
        assert row.due is not None, "only a tick can wait"  # noqa: S101
        row.deadline = self.deadline(row, row.due, now)
        row.entry = (row.deadline, row.place, next(self._numbers), row)
        heappush(self._heap, row.entry)

    def deadline(self, row: Row, due: float, now: float) -> float:
        """Return the deadline, in virtual time, that the tick of `row` at `due` gets."""
        deadline = due + row.period_s
        virtual = self.virtual(now)
        if virtual < now:
            arrears_s = max(row.period_s, _LONGEST_ARREARS_S)
            deadline = min(deadline, max(row.deadline + row.period_s, virtual - arrears_s))
        return deadline

    def virtual(self, now: float) -> float:
        """Return the virtual time."""
        first = self.first()
        if first is not None:
            self._behind_s = max(self._behind_s, now - first.deadline)
        return now - self._behind_s

    def next(self) -> Row | None:
        """Return the row whose turn it is, now that the bus is free; with nobody there, set the virtual clock right."""
        first = self.first()
        if first is None:
            self._behind_s = 0.0
        return first

    def late(self, now: float) -> bool:
        """Return whether somebody waits longer than should be."""
        first = self.first()
        return first is not None and first.deadline <= now


class Turns:
    """Who is next: the urgent or the others."""

    def __init__(self) -> None:
        self._owed_s = 0.0
        """What the others have still to get of their share; negative when they had more."""

    def choose(self, urgent: Row | None, other: Row | None, now: float) -> Row | None:
        """Return the row that gets the bus, or None when nobody waits."""
        if urgent is None or other is None:
            return urgent or other
        if min(urgent.deadline, other.deadline) <= now:
            return other if self._owed_s > 0 else urgent
        return other if other.deadline < urgent.deadline else urgent

    def spent(self, seconds: float, *, urgent: bool, others_wait: bool) -> None:
        """A poll has held the bus for `seconds`."""
        if not urgent:
            self._owed_s = max(self._owed_s - seconds, -_LONGEST_CREDIT_S)
        elif others_wait:
            self._owed_s += seconds * OTHERS_SHARE / (1 - OTHERS_SHARE)
        else:
            self._owed_s = min(self._owed_s, 0.0)
