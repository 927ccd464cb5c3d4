"""What stands for records that are not stored because they say nothing new. Pure.

Where a site reports by exception, few records say that a value stands and many that it moves, and their mean would be
that of the movement. Here a value counts for the time for which it stands: until the next one is stored, until the
device is found not to answer, or until its heartbeat should have come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

Stored = tuple[int, float]
"""When a value was stored, milliseconds since 1970, and the value."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One field in one window."""

    before: tuple[Stored, ...]
    """What stands when the window begins; nothing if nobody knows."""
    begin_ms: int
    end_ms: int
    """Of the window."""
    held_ms: int
    silences: Sequence[int]
    """When it was found that the device does not answer, by time."""

    def known(self, stored: Sequence[Stored]) -> Sequence[Stored]:
        """Return the values that stand within the window, where `stored` are those that came in it, at least one."""
        return stored if stored[0][0] == self.begin_ms else [*self.before, *stored]

    def mean(self, known: Sequence[Stored]) -> float:
        """Return the mean of values, at least one, by the times for which they stand.

        Halves are added: the parts of the largest floats may be rounded up to more than a float holds.
        """
        weights = [self._lasts_ms(one[0], other[0]) for one, other in pairwise([*known, (self.end_ms, 0.0)])]
        total = sum(weights)
        if not total:
            return 2 * fsum(value / len(known) / 2 for _, value in known)
        return 2 * fsum(value / 2 * (weight / total) for (_, value), weight in zip(known, weights, strict=True))

    def _lasts_ms(self, time_ms: int, until_ms: int) -> int:
        silence_ms = next((silence for silence in self.silences if silence > time_ms), until_ms)
        return max(0, min(until_ms, silence_ms, time_ms + self.held_ms) - max(time_ms, self.begin_ms))


@dataclass(frozen=True, slots=True)
class Held:
    """One device in one window."""

    begin_ms: int
    end_ms: int
    before: Mapping[str, Stored]
    """By field, what was stored last before the window."""
    silences: Sequence[int]
    """When it was found not to answer, by time, also before the window."""

    def of(self, name: str, held_s: float) -> Hold:
        """Return how the values of a field stand, each for `held_s` seconds at most."""
        held_ms = round(1000 * held_s)
        last = self.before.get(name)
        if last is None or self.begin_ms - last[0] >= held_ms or self._silent_since(last[0]):
            return Hold((), self.begin_ms, self.end_ms, held_ms, self.silences)
        return Hold((last,), self.begin_ms, self.end_ms, held_ms, self.silences)

    def _silent_since(self, time_ms: int) -> bool:
        return any(time_ms < silence <= self.begin_ms for silence in self.silences)
