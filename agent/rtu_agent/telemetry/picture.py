"""What one picture of a site shows, whoever it comes from: the agent itself, or its API."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_VALUES = 3
"""Values of a device that there may be room for."""


@dataclass(frozen=True, slots=True)
class BusRow:
    """One bus."""

    name: str
    is_open: bool
    problem: str
    """Why its port is not open; empty while it is, and before it was tried."""
    share: float
    """Of the time in which it is held by transactions, 0 to 1."""
    good: int
    failed: Mapping[str, int]
    skipped: Mapping[str, int]
    """What became of its polls; by reason."""
    lag_s: float | None = None
    """How late the latest poll was started; None where that is not shown."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device."""

    bus: str
    name: str
    kind: str
    state: str
    age_s: float | None
    """Since its last good poll; None before the first."""
    trouble: str
    """What is wrong with it, in words; empty when nothing is."""
    values: tuple[str, ...]
    """The most telling ones, with their units."""
    good: int
    failed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class OutputRow:
    """One output."""

    name: str
    stored: int
    waiting: int
    dropped: int
    problem: str
    """Why the latest batch was not accepted; empty if it was."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A site at one moment."""

    site: str
    wall: float
    """Seconds since 1970, UTC."""
    elapsed_s: float
    """Since the start of the agent."""
    buses: tuple[BusRow, ...]
    devices: tuple[DeviceRow, ...]
    outputs: tuple[OutputRow, ...]
    notices: tuple[str, ...] = ()
    """What has to be known before all else."""
