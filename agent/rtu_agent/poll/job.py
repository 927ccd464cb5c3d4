"""What is polled again and again, and when it was due."""

from dataclasses import dataclass
from typing import Final

URGENT_GROUPS: Final = frozenset({"once", "fast"})
"""These lose polls last when a bus is asked for more than it carries."""


@dataclass(frozen=True, slots=True)
class Job:
    """One group of one device. A period of 0 means once: at the start, and again until it succeeds."""

    device: str
    group: str
    period_s: float

    @property
    def urgent(self) -> bool:
        """True for what loses polls last."""
        return self.group in URGENT_GROUPS


@dataclass(frozen=True, slots=True)
class Tick:
    """A job whose time has come at `due`, seconds on the monotonic clock."""

    job: Job
    due: float
