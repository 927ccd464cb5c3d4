"""Devices that are deaf for a while after a request to somebody who did not answer.

Theory of operation
-------------------
Some slaves take what follows a request to another unit for that unit's reply (libmodbus, for half a second). When the
reply never comes they swallow the next request instead and lose their place among the bytes. Measured with libmodbus:
traffic keeps such a slave deaf for as long as it goes on, and half a second without a byte on the line heals it. So a
dead device can take a living one with it. A silence after every missing reply would prevent that and cost every bus
dear, so it is kept only before a unit that has proven to need it:

1. A unit that used to answer misses its first turn after somebody else was silent, and the line was not silent for long
   in between. That is a suspicion, and most often a coincidence.
2. Once the line was silent for long, the unit shows what it is. If it misses again, it fails by itself, and the
   suspicion is dropped. If it answers soon, that is one proof; if only after `FRESH_S`, it may have been dead as well,
   and that is none. A line that is not busy is silent by itself. On another one the unit is asked once more as it is,
   and if it misses that as well, silence is kept before it, for one such unit in `TEST_EVERY_S`: units that die
   together suspect each other, and their neighbours must not wait for them all. For who has given one proof it is kept
   at once.
3. After `PROOFS` in a row, silence is kept before its first turn whenever somebody else was silent.

A deaf device never answers at such a turn without the silence. So one answer there throws suspicion and all proofs
away, and so does one miss in spite of the silence. A silence that works hides whether it is still needed: now and then
it is left out to see, half as often each time it turns out to be.
"""

from dataclasses import dataclass
from typing import Final

DEAF_S: Final = 0.5
"""No device that is deaf in this way answers before the line was silent for so long, seconds."""
SILENCE_S: Final = 0.6
"""Silence of the line that heals it for certain, seconds."""
MISSES: Final = 2
"""Turns in a row that a unit misses on a busy bus before silence is kept to test it."""
FRESH_S: Final = 5.0
"""An answer so long after the latest miss proves nothing, seconds: units that lose their supply together come back."""
PROOFS: Final = 2
TEST_EVERY_S: Final = 120.0
"""How often a suspect may keep a busy bus waiting: so rarely that not one poll in a hundred of its neighbours is."""
FIRST_TRUST: Final = 20
"""Silences kept before one is left out, to see whether it is still needed."""
CLOCK_ERROR_S: Final = 1e-6


@dataclass(slots=True)
class _Unit:
    """One unit that has answered."""

    answering: bool = True
    """It answered when it was asked last."""
    overheard: bool = False
    """Somebody else was silent; since then this unit has not answered, and the line was not silent for long."""
    misses: int = 0
    """Turns missed in a row since what it had overheard, none of them after a long silence of the line."""
    missed_at: float = 0.0
    """When it missed the latest of them."""
    proofs: int = 0
    kept: int = 0
    """Silences kept since the latest proof."""
    trust: int = FIRST_TRUST
    """Silences to keep before one is left out."""

    @property
    def deaf(self) -> bool:
        return self.proofs >= PROOFS

    @property
    def waited_for(self) -> bool:
        return self.deaf and self.kept < self.trust

    @property
    def suspected(self) -> bool:
        return self.misses > 0

    def answered(self, silence_s: float, now: float) -> None:
        if self.suspected and (silence_s >= DEAF_S or not self.overheard):
            if now <= self.missed_at + FRESH_S:
                self._prove()
            self.misses = 0
        elif self.overheard and _heals(silence_s):
            self.kept += self.deaf
        elif self.overheard and silence_s < DEAF_S:
            self._acquit()
        self.answering, self.overheard = True, False

    def missed(self, silence_s: float, now: float) -> None:
        if _heals(silence_s) or (self.suspected and not self.overheard):
            self._acquit()
        elif self.overheard and (self.answering or self.suspected):
            self.misses, self.missed_at = self.misses + 1, now
        self.answering, self.overheard = False, self.overheard and not _heals(silence_s)

    def overhear(self, *, healed: bool, answered: bool) -> None:
        """Somebody else was asked."""
        listens = self.answering or self.suspected or self.deaf
        self.overheard = (self.overheard and not healed) or (not answered and listens)

    def _prove(self) -> None:
        if self.deaf:
            self.trust *= 2
        self.proofs, self.kept = min(PROOFS, self.proofs + 1), 0

    def _acquit(self) -> None:
        self.misses, self.proofs, self.kept, self.trust = 0, 0, 0, FIRST_TRUST


class Deafness:
    """What was learnt about the units of one bus."""

    def __init__(self) -> None:
        self._units: dict[int, _Unit] = {}
        self._silence_s = 0.0
        self._tested_at = float("-inf")

    def silence_before(self, unit: int, now: float) -> float:
        """Return the silence of the line to keep before `unit` is asked now, seconds; 0 for most, always."""
        known = self._units.get(unit)
        if known is None or not known.overheard:
            return 0.0
        may_test = known.proofs > 0 or now >= self._tested_at + TEST_EVERY_S
        return SILENCE_S if known.waited_for or (known.misses >= MISSES and may_test) else 0.0

    def silence_after(self, unit: int) -> float:
        """Return the silence that others will need because `unit` did not answer, seconds."""
        return SILENCE_S if any(known.waited_for for other, known in self._units.items() if other != unit) else 0.0

    def asked(self, silence_s: float) -> None:
        """A request leaves after the line was silent for `silence_s`."""
        self._silence_s = silence_s

    def heard(self, unit: int, now: float, *, answered: bool) -> None:
        """Take how that transaction ended: whether `unit` answered, in whatever way."""
        known = self._units.setdefault(unit, _Unit()) if answered else self._units.get(unit)
        if known is not None:
            if known.suspected and _heals(self._silence_s):
                self._tested_at = now
            (known.answered if answered else known.missed)(self._silence_s, now)
        for other, known in self._units.items():
            if other != unit:
                known.overhear(healed=_heals(self._silence_s), answered=answered)


def _heals(silence_s: float) -> bool:
    return silence_s >= SILENCE_S - CLOCK_ERROR_S
