"""Requests that were given up, whose replies may still come.

RTU replies carry no number: a late reply looks like the answer to whatever is asked next. So a unit that owes a reply
is not asked anything until the late window is over, or until the reply has come and nothing else is owed. The window is
at least twice the longest time the unit has ever needed. What was lost is remembered longer than that, so that a very
late reply is still counted as late, and teaches the window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rtu_agent.protocol.pdu import Request

MEMORY_S: Final = 120.0
REMEMBERED_PER_UNIT: Final = 8
SAFETY_FACTOR: Final = 2.0


@dataclass(frozen=True, slots=True)
class LostRequest:
    """One request that was given up. Times are seconds on the monotonic clock."""

    unit: int
    request: Request
    frame: bytes
    asked_at: float
    """When its last character had left."""


class LostRequests:
    """All units of a bus that may still owe a reply.

    Args:
        window_s: the shortest time a unit is left alone after a reply that did not come.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._lost: dict[int, list[LostRequest]] = {}
        self._until: dict[int, float] = {}
        self._longest_s: dict[int, float] = {}

    def add(self, lost: LostRequest, now: float) -> None:
        """Remember a request that was given up at `now`, and leave its unit alone."""
        owed = self._lost.setdefault(lost.unit, [])
        owed.append(lost)
        del owed[:-REMEMBERED_PER_UNIT]
        self._until[lost.unit] = now + self.window_s(lost.unit)

    def window_s(self, unit: int) -> float:
        """Return how long `unit` is left alone after a reply that did not come, seconds."""
        return max(self._window_s, SAFETY_FACTOR * self._longest_s.get(unit, 0.0))

    def answered(self, unit: int, response_s: float) -> None:
        """Learn how long `unit` took to answer, from the end of the request to the end of the reply."""
        self._longest_s[unit] = max(response_s, self._longest_s.get(unit, 0.0))

    def came_late(self, lost: LostRequest, now: float) -> float:
        """Settle a request whose reply came after all; return how late, seconds from the end of the request."""
        late_s = now - lost.asked_at
        self.answered(lost.unit, late_s)
        owed = self._lost[lost.unit]
        owed.remove(lost)
        if not owed:
            self._until.pop(lost.unit, None)
        return late_s

    def quarantined_until(self, unit: int, now: float) -> float | None:
        """Return until when `unit` must not be asked, or None when it may be."""
        until = self._until.get(unit, now)
        return until if until > now else None

    def owed(self, now: float) -> Iterator[LostRequest]:
        """Yield what may still be answered, oldest first per unit; forget what is too old to ever come."""
        for unit, owed in list(self._lost.items()):
            owed[:] = [lost for lost in owed if now - lost.asked_at < MEMORY_S]
            if not owed:
                del self._lost[unit]
            yield from owed
