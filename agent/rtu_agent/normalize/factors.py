"""Factors: what a scaling register says becomes a fraction, and a raw number times fractions becomes a value.

Both steps are exact, as in `driver_api.linear`: 305 with a scale factor of -1 is 30.5.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api.codec import BitCodec
from rtu_agent.driver_api.factor import Factor
from rtu_agent.driver_api.linear import Linear
from rtu_agent.normalize.canonical import reader

Ratio = tuple[int, int]
"""Numerator and denominator."""


def ratio_reader(factor: Factor) -> Callable[[Any], Ratio | Reason]:
    """Return the function from the raw of a factor to what it multiplies by; zero is no factor."""
    assert not isinstance(factor.point.codec, BitCodec), "a factor is a number"  # noqa: S101
    number = reader(factor.point, factor.point.codec)

    @cache
    def ratio(said: float) -> Ratio | Reason:
        return factor.ratio(said).as_integer_ratio() if said or factor.type != "multiplier" else Reason.OUT_OF_RANGE

    def read(raw: Any) -> Ratio | Reason:
        said = number(raw)
        return said if isinstance(said, Reason) else ratio(float(said))

    return read


def scaled(line: Linear, raw: float, ratios: list[Ratio]) -> float | Reason:
    """Return the value of `raw`, its scale multiplied by the ratios."""
    top, bottom = raw.as_integer_ratio()
    for numerator, denominator in ratios:
        top *= numerator
        bottom *= denominator
    try:
        return (top * line.factor + line.addend * bottom) / (line.divisor * bottom)
    except OverflowError:
        return Reason.NOT_FINITE
