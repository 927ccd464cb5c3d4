"""Factors: what a scaling register says becomes a fraction, and a raw number times fractions becomes a value.

Both steps are exact, as in `driver_api.linear`: 305 with a scale factor of -1 is 30.5.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Value
from rtu_agent.driver_api.codec import BitCodec, WholeCodec
from rtu_agent.driver_api.factor import Factor
from rtu_agent.driver_api.linear import Linear
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.canonical import finished, reader

Ratio = tuple[int, int]
"""Numerator and denominator."""
Scaler = Callable[..., Value | Reason]
"""Takes the number on the wire, then the ratio of each factor."""


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


def scaler(point: Point) -> Scaler:
    """Return the function that makes a value of the number of `point` and the ratios of its factors."""
    exact: Scaler = partial(_by_ratios, point.linear)
    if len(point.factors) == 1 and isinstance(point.codec, WholeCodec):
        exact = _by_one_ratio(point.linear)  # all that SunSpec ever needs
    if not (point.valid or point.four_quadrant):
        return exact
    finish = finished(point, _same)
    return lambda raw, *ratios: finish(exact(raw, *ratios))


def _by_one_ratio(line: Linear) -> Scaler:
    factor, addend, divisor = line.factor, line.addend, line.divisor

    def scale(raw: int, ratio: Ratio) -> float:
        numerator, denominator = ratio
        return (raw * factor * numerator + addend * denominator) / (divisor * denominator)

    return scale


def _by_ratios(line: Linear, raw: float, *ratios: Ratio) -> float | Reason:
    top, bottom = raw.as_integer_ratio()
    for numerator, denominator in ratios:
        top *= numerator
        bottom *= denominator
    try:
        return (top * line.factor + line.addend * bottom) / (line.divisor * bottom)
    except OverflowError:
        return Reason.NOT_FINITE


def _same(value: Any) -> Any:
    return value
