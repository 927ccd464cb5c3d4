"""How long each unit of a bus is waited for.

A dead unit costs its timeout each time it is asked, so the timeout should be as short as the unit's own habits allow.
It is twice the longest time the unit has lately needed, and an adapter's delay; never below a floor, never above what
the site says, which is also where it starts. Units have two speeds, one while idle and one while busy, so the longest
of some hundred replies counts and not an average.

What is shorter than the configured value is a guess, and a wrong guess must not repeat itself: after a reply that did
not come, and after one that came late, the unit is waited for in full until it has answered often enough again.

A unit that was silent is on probation until a poll of it was answered to its end. It is given the full time if it was
not silent for so long yet, and once in eight questions. The others get the time that the unit, or else the slowest one
known on this bus, has needed. If that is too short, the reply comes late and is recognised as late, and the next
question is given twice that time.
"""

from dataclasses import dataclass
from typing import Final

from rtu_agent.events import Event, LateReplyDiscarded

FLOOR_S: Final = 0.1
"""No adapter, gateway or scheduler delays a reply that was sent at once by more than this."""
ADAPTER_S: Final = 0.020
"""FTDI's default latency timer is 16 ms."""
FACTOR: Final = 2.0
ENOUGH: Final = 32
"""Replies after which a unit's habits are known."""
WINDOW: Final = 256
"""Replies that are remembered, at least; at most twice as many."""
FULL_EVERY: Final = 8


@dataclass(slots=True)
class _Habits:
    longest_s: float = 0.0
    """In the window that runs."""
    before_s: float = 0.0
    """In the window before."""
    replies: int = 0
    """In the window that runs."""
    trusted: int = 0
    """In a row; 0 after a reply that was missed or late."""

    def add(self, seconds: float) -> None:
        if self.replies >= WINDOW:
            self.before_s, self.longest_s, self.replies = self.longest_s, 0.0, 0
        self.longest_s = max(self.longest_s, seconds)
        self.replies += 1

    @property
    def expected_s(self) -> float:
        return max(FLOOR_S, FACTOR * max(self.longest_s, self.before_s) + ADAPTER_S)


class Patience:
    """The response timeouts of one bus. It watches the bus for replies that come late.

    Args:
        ceiling_s: what the site says.
    """

    def __init__(self, ceiling_s: float) -> None:
        self._ceiling_s = ceiling_s
        self._granted: dict[int, float] = {}
        self._habits: dict[int, _Habits] = {}
        self._missed_since_full: dict[int, int] = {}
        """How often a unit was silent since it was silent for the full time."""

    def grant(self, unit: int, ceiling_s: float) -> None:
        """Let `unit` think for so long at most, whatever the site says of its bus: its driver knows how slow it is."""
        self._granted[unit] = ceiling_s

    def forget(self, unit: int) -> None:
        """Begin anew with `unit`: another device is to be found there."""
        for known in (self._granted, self._habits, self._missed_since_full):
            known.pop(unit, None)

    def _ceiling_of(self, unit: int) -> float:
        return self._granted.get(unit, self._ceiling_s)

    def knows(self, unit: int) -> bool:
        """Return whether `unit` has ever answered."""
        return unit in self._habits

    def timeout_s(self, unit: int) -> float:
        """Return how long `unit` may think before its reply begins."""
        habits = self._habits.get(unit)
        if habits is None or habits.trusted < ENOUGH:
            return self._ceiling_of(unit)
        return min(self._ceiling_of(unit), habits.expected_s)

    def probation_s(self, unit: int) -> float:
        """Return the same for a unit that was silent a moment ago."""
        since_full = self._missed_since_full.get(unit)
        if since_full is None or since_full >= FULL_EVERY - 1:
            return self._ceiling_of(unit)
        known = self._habits.get(unit)
        slowest = [known] if known is not None else self._habits.values()
        return min(
            self._ceiling_of(unit), max((habits.expected_s for habits in slowest), default=self._ceiling_of(unit))
        )

    def answered(self, unit: int, turnaround_s: float) -> None:
        """`unit` took so long until its reply began."""
        habits = self._habits.setdefault(unit, _Habits())
        habits.add(turnaround_s)
        habits.trusted += 1

    def polled(self, unit: int) -> None:
        """A poll of `unit` was answered to its end: whatever it missed is over."""
        self._missed_since_full.pop(unit, None)

    def missed(self, unit: int, timeout_s: float) -> None:
        """`unit` did not answer within `timeout_s`."""
        if unit in self._habits:
            self._habits[unit].trusted = 0
        if timeout_s >= self._ceiling_of(unit):
            self._missed_since_full[unit] = 0
        elif unit in self._missed_since_full:
            self._missed_since_full[unit] += 1

    def __call__(self, event: Event) -> None:
        """Hear that the reply of a unit came after all."""
        if isinstance(event, LateReplyDiscarded):
            habits = self._habits.setdefault(event.unit, _Habits())
            habits.add(event.late_s)
            habits.trusted = 0
