"""Quantities that move smoothly, are known at every time, and whose sum over time is known as well."""

import math
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple, Self

DAY_S: Final = 86_400.0
AFTERNOON_S: Final = 14 * 3600.0
_QUICKER_S: Final = (2_700.0, 180.0)
_SHARES: Final = (0.7, 0.2, 0.1)


class Wave(NamedTuple):
    """One cosine: `height` above the mean at `crest_s` and every `period_s` before and after."""

    height: float
    period_s: float
    crest_s: float

    def angle(self, time_s: float) -> float:
        """Return where the wave is, radians from its crest."""
        return math.tau * (time_s - self.crest_s) / self.period_s


@dataclass(frozen=True, slots=True)
class Signal:
    """A mean with waves on it. Times are seconds since 1970."""

    mean: float
    waves: tuple[Wave, ...]

    @classmethod
    def between(cls, low: float, high: float, random: Random, crest_s: float = AFTERNOON_S) -> Self:
        """Return a signal that stays between `low` and `high`: a wave of a day, one of an hour, a ripple of minutes.

        The crest of the day is within two hours of `crest_s` after midnight UTC.
        """
        day = (DAY_S, crest_s + random.uniform(-7200.0, 7200.0))
        quicker = ((period_s * random.uniform(0.8, 1.25), random.uniform(0.0, period_s)) for period_s in _QUICKER_S)
        half = (high - low) / 2
        waves = (Wave(half * share, *when) for share, when in zip(_SHARES, (day, *quicker), strict=True))
        return cls(low + half, tuple(waves))

    @property
    def highest(self) -> float:
        """What the value never exceeds."""
        return self.mean + sum(wave.height for wave in self.waves)

    @property
    def lowest(self) -> float:
        """What the value never falls below."""
        return self.mean - sum(wave.height for wave in self.waves)

    def at(self, time_s: float) -> float:
        """Return the value at a time."""
        return self.mean + sum(wave.height * math.cos(wave.angle(time_s)) for wave in self.waves)

    def total(self, since_s: float, until_s: float) -> float:
        """Return the value summed over a time, in its unit times seconds. Never falls if the value is never below 0."""
        return self._total(until_s) - self._total(since_s)

    def _total(self, time_s: float) -> float:
        return self.mean * time_s + sum(
            wave.height * wave.period_s / math.tau * math.sin(wave.angle(time_s)) for wave in self.waves
        )
