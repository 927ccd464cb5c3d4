"""The two clocks of the agent, real and turned by hand.

The monotonic clock decides when something happens, in seconds from an arbitrary start. The wall clock only stamps what
has happened, so that a clock that is set cannot move a poll.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""

    def wall(self) -> float:
        """Seconds since 1970, UTC."""


class SystemClock:
    """The clock of the operating system."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()


class HandClock:
    """A clock that moves only when it is told to."""

    def __init__(self, monotonic: float = 0.0, wall: float = 1_795_000_000.0) -> None:
        self._monotonic = monotonic
        self._wall = wall

    def monotonic(self) -> float:
        """Seconds turned so far."""
        return self._monotonic

    def wall(self) -> float:
        """Seconds since 1970, UTC."""
        return self._wall

    def turn(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        self._monotonic += seconds
        self._wall += seconds

    def set_wall(self, wall: float) -> None:
        """Set the wall clock, as NTP or an operator would."""
        self._wall = wall
