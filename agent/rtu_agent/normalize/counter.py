"""Whether what a counter says can be true, by what it has said before.

Theory of operation. Whoever stores a counter subtracts its values, so one wrong reading becomes energy that nobody has
used. A reading is taken at once if it is no less than the last one taken and no more above it than is usual. Any other
one is held back as uncertain, and the readings after it decide:

    the next one goes on from the last good one   it was a glitch: a zero, a spike, a factor of another moment
    readings agree, and the rise is possible      the load has grown: it is taken, and what was counted is booked
    it fell from the end of its range to the      it has rolled over, which is counted on
    beginning, and readings agree
    readings agree on anything else               it begins anew there; nothing is booked between before and after

Readings agree while none is less than the one before it. A zero says less than other values, because many devices
answer it until they have started: it must stand for `ZERO_S`.

How much is usual follows the counter itself: `USUAL` times the fastest that it was ever seen to count. Possible is
`POSSIBLE` times that, or what the author declares, which is then usual as well. A counter may stand still and then
show what it has counted meanwhile, so less than `at_least_s` of time is never reckoned, and two steps are always free.
Time is wall time, because a counter goes on while the agent does not run. Where it goes backwards, no rise is too fast.
"""

from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from rtu_agent.domain.quality import Reason, Restart

USUAL: Final = 4.0
"""How many times faster than ever before a counter may count without a second look."""
POSSIBLE: Final = 20.0
"""How many times faster it may count at all."""
AGREEING: Final = 3
"""Readings in a row that make a counter begin anew."""
AGREEING_BOOKED: Final = 2
"""Readings in a row that are enough where what was counted is known."""
ZERO_S: Final = 900.0
"""How long a counter must stand at zero before that is believed."""
_ALMOST: Final = 0.999
"""A counter that falls to this part of its value has not been replaced."""
_END_OF_RANGE: Final = 0.9
"""A counter that rolls over was beyond this part of its range."""
_BEGINNING_OF_RANGE: Final = 0.1
"""And is below this one afterwards."""
_STEPS: Final = 2
_SINGLE: Final = 2.0**-23
"""How far apart two numbers of 32 bits are, as a part of them."""


@dataclass(frozen=True, slots=True)
class CounterRules:
    """What is known about a counter, in the unit in which it is stored."""

    counts_to: float = inf
    """Where it is back at zero; infinite where nobody knows."""
    pace_per_s: float = 1.0
    """What it counts at its fastest, as long as it was not seen to count faster."""
    most_per_s: float | None = None
    """More it cannot count; None where nobody knows."""
    step: float = 0.0
    """By how much it grows at least, if it grows; 0 where nobody knows."""
    at_least_s: float = 10.0
    """What it shows may be as old as this, seconds."""
    begins_anew: bool = False
    """It is reset as a matter of course: by itself when a day ends, or by people."""


class Counted(NamedTuple):
    """The last good reading of a counter."""

    value: float
    time_ms: int
    """Milliseconds since 1970."""
    pace_per_s: float
    """The fastest that it was seen to count."""


class _Suspect:
    """Readings that go on from another value than the last good one."""

    __slots__ = ("first", "last", "readings", "since_ms")

    def __init__(self, value: float, time_ms: int) -> None:
        self.first = self.last = value
        self.since_ms = time_ms
        self.readings = 1


class CounterJudge:
    """Judges the readings of one counter, which are finite and come in the order of time.

    Args:
        rules: what is known about it.
        known: its last good reading; without one, the first reading is taken.
    """

    __slots__ = ("_at_least_ms", "_former", "_rules", "_sure_per_ms", "_suspect", "known")

    def __init__(self, rules: CounterRules, known: Counted | None = None) -> None:
        self.known = known
        self._rules = rules
        self._former = inf
        """Where it stood before it fell; infinite if it did not fall, or has come so far again."""
        self._suspect: _Suspect | None = None
        self._at_least_ms = 1000 * rules.at_least_s
        self._sure_per_ms = self._sure(known.pace_per_s if known is not None else rules.pace_per_s)

    def __call__(self, value: float, time_ms: int) -> Reason | Restart | None:
        """Return why a reading is held back, or how the counter goes on with it; None where it simply goes on."""
        known = self.known
        if known is None:
            self._take(value, time_ms, self._rules.pace_per_s)
            return None
        elapsed_ms = max(time_ms - known.time_ms, self._at_least_ms)
        if 0 <= value - known.value <= self._sure_per_ms * elapsed_ms and value < self._former:
            self.known = Counted(value, time_ms, known.pace_per_s)  # nearly every reading ends here
            self._suspect = None
            return None
        return self._look_closer(known, value, time_ms)

    def _look_closer(self, known: Counted, value: float, time_ms: int) -> Reason | Restart | None:
        is_usual = self._within(USUAL * known.pace_per_s, value, time_ms) and not self._leaps_back(known, value)
        suspect = None if is_usual else self._agreeing(value, time_ms)
        if suspect is None or self._goes_on(known, suspect, value, time_ms):
            pace_per_s = self._pace(known.value, known.time_ms, value, time_ms)
            self._take(value, time_ms, max(known.pace_per_s, pace_per_s))
            return None
        if suspect.readings >= AGREEING_BOOKED and self._has_rolled_over(known, value, time_ms):
            self._take(value, time_ms, known.pace_per_s)
            return Restart.ROLLED_OVER
        if suspect.readings >= AGREEING and not self._may_be_starting(suspect, time_ms):
            return self._begin_anew(known, value, time_ms)
        return Reason.COUNTER_FELL if value < known.value else Reason.COUNTER_JUMPED

    def _agreeing(self, value: float, time_ms: int) -> _Suspect:
        """Return the readings in a row that agree with this one; none at zero agrees with one that is not."""
        suspect = self._suspect
        if suspect is None or value < suspect.last or (suspect.last == 0 and value != 0):
            suspect = self._suspect = _Suspect(value, time_ms)
        else:
            suspect.last = value
            suspect.readings += 1
        return suspect

    def _begin_anew(self, known: Counted, value: float, time_ms: int) -> Restart | None:
        has_fallen, returns = value < known.value, value >= self._former
        self._former = known.value if has_fallen else inf
        self._take(value, time_ms, known.pace_per_s)
        if has_fallen and self._rules.begins_anew:
            return None
        if has_fallen and value >= _ALMOST * known.value:
            return Restart.STEPPED_BACK
        return Restart.RETURNED if returns else Restart.METER_REPLACED

    def _take(self, value: float, time_ms: int, pace_per_s: float) -> None:
        self.known = Counted(value, time_ms, pace_per_s)
        self._sure_per_ms = self._sure(pace_per_s)
        self._suspect = None
        if value >= self._former:
            self._former = inf

    def _sure(self, pace_per_s: float) -> float:
        """Return what it may count in a millisecond and nobody learns anything from it."""
        most_per_s = self._rules.most_per_s
        return (pace_per_s if most_per_s is None else min(pace_per_s, most_per_s)) / 1000

    def _may_be_starting(self, suspect: _Suspect, time_ms: int) -> bool:
        is_doubtful = suspect.last == 0 and not self._rules.begins_anew
        return is_doubtful and abs(time_ms - suspect.since_ms) < 1000 * ZERO_S

    def _goes_on(self, known: Counted, suspect: _Suspect, value: float, time_ms: int) -> bool:
        """A rise may go some way beyond what was seen, or on as fast as it began, but not to where it fell from."""
        if suspect.readings < AGREEING_BOOKED or value >= self._former:
            return False
        pace_per_s = self._pace(suspect.first, suspect.since_ms, value, time_ms)
        return self._within(max(POSSIBLE * known.pace_per_s, USUAL * pace_per_s), value, time_ms)

    def _leaps_back(self, known: Counted, value: float) -> bool:
        """Return whether one step leads back to where it fell from; who counts gets there in many."""
        return known.value < self._former / 2 and value >= self._former

    def _has_rolled_over(self, known: Counted, value: float, time_ms: int) -> bool:
        to = self._rules.counts_to
        if value == 0 or known.value < _END_OF_RANGE * to or value > _BEGINNING_OF_RANGE * to:
            return False
        return self._within(POSSIBLE * known.pace_per_s, value + to, time_ms)

    def _within(self, rate_per_s: float, value: float, time_ms: int) -> bool:
        """Return whether a counter that is as fast as `rate_per_s`, and not faster than it can be, may say `value`."""
        known, rules = self.known, self._rules
        assert known is not None, "there is nothing to compare the first reading with"  # noqa: S101
        rise = value - known.value
        elapsed_s = (time_ms - known.time_ms) / 1000
        if rise <= 0 or elapsed_s < 0:
            return rise >= 0
        fastest_per_s = rate_per_s if rules.most_per_s is None else rules.most_per_s
        return rise <= fastest_per_s * max(elapsed_s, rules.at_least_s) + self._free(value)

    def _pace(self, earlier: float, earlier_ms: int, later: float, later_ms: int) -> float:
        """Return how fast it has counted at least; nothing where time goes backwards."""
        elapsed_s = (later_ms - earlier_ms) / 1000
        return (later - earlier - self._free(later)) / max(elapsed_s, self._rules.at_least_s) if elapsed_s > 0 else 0.0

    def _free(self, value: float) -> float:
        return _STEPS * max(self._rules.step, _SINGLE * value)
