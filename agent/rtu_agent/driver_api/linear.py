"""From the number on the wire to the canonical number and back, with no rounding on the way.

Scale, offset and the conversion of units are decimals or fractions, so together they are one fraction:
`value = (raw * factor + addend) / divisor` with three integers. Python divides integers of any size to the nearest
float, and so 305 with scale 0.1 is 30.5 and not 30.500000000000004.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isfinite, lcm

from rtu_agent.domain.units import Unit, conversion


@dataclass(frozen=True, slots=True)
class Linear:
    """An exact linear function of the number on the wire; `factor` is not zero."""

    factor: int
    addend: int
    divisor: int

    @property
    def is_identity(self) -> bool:
        """True when the number on the wire is the value."""
        return (self.factor, self.addend, self.divisor) == (1, 0, 1)

    def __call__(self, raw: float) -> float:
        """Return the float nearest to the value of a finite number.

        Raises:
            OverflowError: the value is beyond all floats.
        """
        numerator, denominator = raw.as_integer_ratio()
        return (numerator * self.factor + self.addend * denominator) / (self.divisor * denominator)

    def inverse(self, value: float) -> Fraction:
        """Return the number whose value is exactly `value`; it may lie between two numbers of the wire.

        Raises:
            ValueError: `value` is not finite.
        """
        if not isfinite(value):
            raise ValueError(f"{value} stands for no number")
        return (Fraction(value) * self.divisor - self.addend) / self.factor


@cache
def linear(scale: float, offset: float, source: Unit, target: Unit) -> Linear:
    """Return the function to `target` from numbers of which `raw * scale + offset` is in `source`.

    The two floats stand for the decimals that they are written as; `scale` is not zero and both are finite.

    Raises:
        ValueError: the units have different dimensions.
    """
    factor, addend = conversion(source, target)
    slope, start = factor * Fraction(str(scale)), factor * Fraction(str(offset)) + addend
    divisor = lcm(slope.denominator, start.denominator)
    return Linear(int(slope * divisor), int(start * divisor), divisor)
