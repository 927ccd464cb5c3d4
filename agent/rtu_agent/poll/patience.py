"""How long each unit of a bus is waited for.

A dead unit costs its timeout each time it is asked, so the timeout should be as short as the unit's own habits allow.
It is twice the longest time the unit has lately needed, and an adapter's delay; never below a floor, never above what
the site says, which is also where it starts. Units have two speeds, one while idle and one while busy, so the longest
of some hundred replies counts and not an average.

What is shorter than the configured value is a guess, and a wrong guess must not repeat itself: after a reply that did
not come, and after one that came late, the unit is waited for in full until it has answered often enough again. One
that is silent for the full time as well was not slow but away, so its habits hold as before. It may come and go, and
its neighbours pay for it each time, so its next silences cost the short time, however few of its replies are known.
Units often go away together, with their supply or a piece of the cable, and their neighbours must not wait for each of
them in full. So after a full wait in vain, nobody who has ever answered gets another until the bus has been well for
some time; who is slow is not waited for in vain.

A unit that was silent is on probation until a poll of it was answered to its end. Only the full time tells whether it
is slow or away. It gets that as soon as nobody else wants the bus for so long, or else in its eighth question; later
in every eighth where there is room, and in every 32nd where there is none. In the others it gets the time that the
unit, or else the slowest one known on this bus, has needed. If that is too short, the reply comes late and is
recognised as late, and the next question is given twice that time.
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
"""Replies after which a unit's habits are known, and its silences forgotten."""
WINDOW: Final = 256
"""Replies that are remembered, at least; at most twice as many."""
AFTER_VAIN: Final = 256
"""Replies of a bus after a full wait in vain, before another unit that has answered is waited for in full."""
FULL_EVERY: Final = 8
FULL_WITHOUT_ROOM: Final = 32


@dataclass(slots=True)
class _Habits:
    longest_s: float = 0.0
    """In the window that runs."""
    before_s: float = 0.0
    """In the window before."""
    replies: int = 0
    """In the window that runs."""
    trusted: int = 0
    """Replies since one came late, or was missed and the unit may have been slow."""
    doubted: int = 0
    """The same before it was missed."""
    steady: int = 0
    """Replies in a row."""

    def add(self, seconds: float) -> None:
        if self.replies >= WINDOW:
            self.before_s, self.longest_s, self.replies = self.longest_s, 0.0, 0
        self.longest_s = max(self.longest_s, seconds)
        self.replies += 1

    def answered(self, seconds: float) -> None:
        self.add(seconds)
        self.trusted += 1
        self.steady += 1

    def late(self, seconds: float) -> None:
        self.add(seconds)
        self.trusted = self.doubted = self.steady = 0

    def doubt(self) -> None:
        """It may have been slow."""
        self.trusted, self.doubted = 0, max(self.trusted, self.doubted)

    def clear(self) -> None:
        """It was not slow."""
        self.trusted, self.doubted = self.trusted + self.doubted, 0

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
        self._missed: dict[int, int] = {}
        """How often a unit was silent since it was silent for the full time."""
        self._away: set[int] = set()
        """Units that were silent for the full time not long ago."""
        self._after_vain = 0
        """Replies to come before another unit that has answered is waited for in full."""

    def grant(self, unit: int, ceiling_s: float) -> None:
        """Let `unit` think for so long at most, whatever the site says of its bus: its driver knows how slow it is."""
        self._granted[unit] = ceiling_s

    def forget(self, unit: int) -> None:
        """Begin anew with `unit`: another device is to be found there."""
        for known in (self._granted, self._habits, self._missed):
            known.pop(unit, None)
        self._away.discard(unit)

    def _ceiling_of(self, unit: int) -> float:
        return self._granted.get(unit, self._ceiling_s)

    def knows(self, unit: int) -> bool:
        """Return whether `unit` has ever answered."""
        return unit in self._habits

    def timeout_s(self, unit: int) -> float:
        """Return how long `unit` may think before its reply begins."""
        habits = self._habits.get(unit)
        if habits is None or (habits.trusted < ENOUGH and unit not in self._away and not self._after_vain):
            return self._ceiling_of(unit)
        return min(self._ceiling_of(unit), habits.expected_s)

    def probation_s(self, unit: int, room_s: float = 0.0) -> float:
        """Return the same for a unit that was silent a moment ago.

        Args:
            unit: which.
            room_s: for how long nobody else wants the bus.
        """
        ceiling_s = self._ceiling_of(unit)
        if self._is_for_full(unit, has_room=room_s >= ceiling_s):
            return ceiling_s
        known = self._habits.get(unit)
        slowest = [known] if known is not None else self._habits.values()
        return min(ceiling_s, max((habits.expected_s for habits in slowest), default=ceiling_s))

    def _is_for_full(self, unit: int, *, has_room: bool) -> bool:
        question = self._missed.get(unit, 0) + 1
        if unit in self._away:
            return question >= (FULL_EVERY if has_room else FULL_WITHOUT_ROOM)
        return has_room or question >= FULL_EVERY

    def answered(self, unit: int, turnaround_s: float) -> None:
        """`unit` took so long until its reply began."""
        habits = self._habits.setdefault(unit, _Habits())
        habits.answered(turnaround_s)
        self._after_vain = max(0, self._after_vain - 1)
        if habits.steady >= ENOUGH:
            self._missed.pop(unit, None)
            self._away.discard(unit)

    def missed(self, unit: int, timeout_s: float) -> None:
        """`unit` did not answer within `timeout_s`."""
        habits, full = self._habits.get(unit, _Habits()), timeout_s >= self._ceiling_of(unit)
        habits.steady = 0
        if full:
            self._away.add(unit)
            habits.clear()
            self._after_vain = AFTER_VAIN if unit in self._habits else self._after_vain
        elif unit not in self._away:
            habits.doubt()
        self._missed[unit] = 0 if full else self._missed.get(unit, 0) + 1

    def __call__(self, event: Event) -> None:
        """Hear that the reply of a unit came after all."""
        if isinstance(event, LateReplyDiscarded):
            self._habits.setdefault(event.unit, _Habits()).late(event.late_s)
            self._away.discard(event.unit)
