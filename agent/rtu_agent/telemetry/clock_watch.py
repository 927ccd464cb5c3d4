"""Sees when the wall clock is set: it then goes further than the monotonic clock did, or goes back."""

from typing import Final

from rtu_agent.clock import Clock

JUMP_S: Final = 1.0
"""From here on it is a jump, seconds. NTP moves a clock by half a millisecond a second while it corrects it gently."""


class ClockWatch:
    """Compares the two clocks at every look; a machine that slept shows as a jump forward."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_s = self._difference()

    def look(self) -> float | None:
        """Return by how many seconds the wall clock was set since the last look; None if it was not."""
        before_s, self._ahead_s = self._ahead_s, self._difference()
        jump_s = self._ahead_s - before_s
        return jump_s if abs(jump_s) >= JUMP_S else None

    def _difference(self) -> float:
        return self._clock.wall() - self._clock.monotonic()
