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
2. So silence is kept once, before it is asked again. If it misses again, it fails by itself, and the suspicion is
   dropped. If it answers, that is one proof.
3. After `PROOFS` in a row, silence is kept before its first turn whenever somebody else was silent.

A deaf device never answers at such a turn without the silence. So one answer there throws all proofs away, and so does
one miss in spite of the silence. A silence that works hides whether it is still needed: now and then it is left out to
see, half as often each time it turns out to be.
"""

from dataclasses import dataclass
from typing import Final

DEAF_S: Final = 0.5
"""No device that is deaf in this way answers before the line was silent for so long, seconds."""
SILENCE_S: Final = 0.6
"""Silence of the line that heals it for certain, seconds."""
PROOFS: Final = 2
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
    suspected: bool = False
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

    def answered(self, silence_s: float) -> None:
        if self.suspected and _heals(silence_s):
            self._prove()
        elif self.overheard and _heals(silence_s):
            self.kept += self.deaf
        elif self.overheard and silence_s < DEAF_S:
            self._acquit()
        self.answering, self.overheard = True, False

    def missed(self, silence_s: float) -> None:
        if self.suspected or _heals(silence_s):
            self._acquit()
        else:
            self.suspected = self.overheard and self.answering
        self.answering, self.overheard = False, self.overheard and not _heals(silence_s)

    def overhear(self, *, healed: bool, answered: bool) -> None:
        """Somebody else was asked."""
        self.overheard = (self.overheard and not healed) or (not answered and (self.answering or self.deaf))

    def _prove(self) -> None:
        if self.deaf:
            self.trust *= 2
        self.suspected, self.proofs, self.kept = False, min(PROOFS, self.proofs + 1), 0

    def _acquit(self) -> None:
        self.suspected, self.proofs, self.kept, self.trust = False, 0, 0, FIRST_TRUST


class Deafness:
    """What was learnt about the units of one bus."""

    def __init__(self) -> None:
        self._units: dict[int, _Unit] = {}
        self._silence_s = 0.0

    def silence_before(self, unit: int) -> float:
        """Return the silence of the line to keep before `unit` is asked now, seconds; 0 for most, always."""
        known = self._units.get(unit)
        if known is None:
            return 0.0
        return SILENCE_S if known.suspected or (known.overheard and known.waited_for) else 0.0

    def silence_after(self, unit: int) -> float:
        """Return the silence that others will need because `unit` did not answer, seconds."""
        return SILENCE_S if any(known.waited_for for other, known in self._units.items() if other != unit) else 0.0

    def asked(self, silence_s: float) -> None:
        """A request leaves after the line was silent for `silence_s`."""
        self._silence_s = silence_s

    def heard(self, unit: int, *, answered: bool) -> None:
        """Take how that transaction ended: whether `unit` answered, in whatever way."""
        if answered:
            self._units.setdefault(unit, _Unit()).answered(self._silence_s)
        elif unit in self._units:
            self._units[unit].missed(self._silence_s)
        for other, known in self._units.items():
            if other != unit:
                known.overhear(healed=_heals(self._silence_s), answered=answered)


def _heals(silence_s: float) -> bool:
    return silence_s >= SILENCE_S - CLOCK_ERROR_S
