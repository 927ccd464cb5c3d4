"""Registers by which others are scaled.

What such a register says is a power of ten (SunSpec calls it a scale factor), a number of decimal places, or a number
to multiply by, such as the ratio of a transformer. It may change while the device runs, so it is read with each value.
Source of the range of powers and of their sentinel: SunSpec Device Information Model Specification, type sunssf.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from rtu_agent.driver_api.point import Point

FactorName = Literal["scale_factor", "decimal_places", "multiplier"]

LARGEST_POWER: Final = 10


@dataclass(frozen=True, slots=True)
class Factor:
    """A register that scales others."""

    type: FactorName
    point: "Point"
    """Where it is, and how it is written there."""

    def ratio(self, number: float) -> Fraction:
        """Return by what to multiply when the register says `number`, which is in the valid range of the point."""
        match self.type:
            case "multiplier":
                return decimal(number)
            case "scale_factor":
                return Fraction(10) ** int(number)
            case "decimal_places":
                return Fraction(10) ** -int(number)


@cache
def decimal(number: float) -> Fraction:
    """Return the decimal that a finite float is written as."""
    return Fraction(str(number))
