"""What a device is like on the wire: its serial settings and the limits of a read."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from rtu_agent.domain.registers import Span, Table

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
class Boundary:
    """An address that no read may cross: one may begin there, or end before it."""

    table: Table
    address: int

    def crossed_by(self, block: Span) -> bool:
        """Return whether `block` has items on both sides."""
        return block.table == self.table and block.address < self.address < block.end


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may ask of a device. Spans and addresses count registers: on the wire they are `stride` times that.

    A span of 2 registers from 0x0808 of a device with stride 2 is asked for as 2 registers from 0x1010.
    """

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
    timeout_s: float | None = None
    """How long the device may think before it answers; None is as long as any other."""
    boundaries: tuple[Boundary, ...] = ()
    """What no read may cross."""
    stride: int = 1
    """By how much the address grows from one register to the next; 2 where a device counts bytes."""
