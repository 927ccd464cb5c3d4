"""What a device is like on the wire: its serial settings and the limits of a read."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from rtu_agent.domain.registers import Span

Group = Literal["fast", "normal", "slow", "once"]
"""Points that share an interval."""

DEFAULT_INTERVALS: Final = MappingProxyType({"fast": 1.0, "normal": 5.0, "slow": 60.0, "once": 0.0})
"""Seconds between two polls of a group; 0 is at start only."""


@dataclass(frozen=True, slots=True)
class Serial:
    """Serial settings as they leave the factory."""

    baudrate: int = 9600
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1
    unit: int = 1
    """1-247; a few devices answer to a reserved address, up to 255."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may ask of a device."""

    max_block: int = 125
    """Most items of one read."""
    gaps_readable: bool = False
    """True when addresses between two points may be read along."""
    unreadable: tuple[Span, ...] = ()
    """Never to be read, even if gaps are readable."""
    pause_s: float = 0.0
    """Silence the device needs before a request, beyond the standard's t3.5."""
    min_interval_s: float = 0.0
    """Asking more often than this brings nothing new."""
