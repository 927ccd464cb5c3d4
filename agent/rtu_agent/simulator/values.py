"""What a simulated device measures: a plausible value of any point at any time.

A value depends on the seed of the device, the name of the point and the time, and on nothing else: two blocks read at
one time agree, and a test can ask what a reply should have said.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from random import Random
from typing import Final

from rtu_agent.domain.record import Value
from rtu_agent.domain.units import unit
from rtu_agent.driver_api.codec import BitCodec, TextCodec, WholeCodec
from rtu_agent.driver_api.factor import Factor, FactorName
from rtu_agent.driver_api.linear import linear
from rtu_agent.driver_api.point import Point
from rtu_agent.simulator.electricity import Consumer
from rtu_agent.simulator.signals import Signal

Source = Callable[[float], Value]
"""Tells a value at a time, seconds since 1970."""

_COUNTING_SINCE_S: Final = 1_704_067_200.0
"""2024-01-01, when all counters stood at zero. The longer they count, the coarser is a 32-bit float."""

_SWITCHING_S: Final = 600.0
_DAWN_S: Final = 5 * 3600.0
_AFTERNOON_S: Final = 14 * 3600.0

_USUAL: Final[Mapping[str, tuple[float, float]]] = {
    "temperature": (19.0, 25.0),
    "humidity_relative": (38.0, 58.0),
    "co2": (430.0, 950.0),
    "pressure_barometric": (1003.0, 1023.0),
    "ph": (6.5, 7.5),
    "V": (226.0, 234.0),
    "A": (1.0, 6.0),
    "W": (200.0, 1500.0),
    "Hz": (49.96, 50.04),
    "°C": (19.0, 25.0),
    "K": (292.0, 298.0),
}
"""Where a quantity lies, in its canonical unit; for the quantities that are not here, where a unit lies."""

_ANYWHERE: Final = (10.0, 90.0)
_HIGHEST_AT_DAWN: Final = {"humidity_relative"}
_NOTHING_WRONG: Final = {"status", "alarm", "error_code"}


_FACTORS: Final[Mapping[FactorName, Sequence[float]]] = {
    "scale_factor": (-1, -2, 0, 1, -3, 2, 3),
    "decimal_places": (1, 2, 0, 3),
    "multiplier": (1, 10, 0.1, 100),
}
"""What a register that scales others may say, what suits most points first."""


def sources(points: Sequence[Point], seed: str) -> dict[str, Source]:
    """Return what tells the values of a device's points, by name: canonical values, such as a record holds."""
    consumer = Consumer([point.name for point in points], _random(seed, ""), _COUNTING_SINCE_S)
    return {point.name: _source(point, consumer, _random(seed, point.name)) for point in points}


def settled(points: Sequence[Point]) -> list[tuple[Point, float | None]]:
    """Return the points of a device as they are while its factors stand still, and what each factor says.

    A factor says what lets all points that it scales be where they usually are. It comes after all that is no factor,
    so that a register which is both says this.
    """
    said: dict[Factor, float] = {}
    for factor in dict.fromkeys(factor for point in points for factor in point.factors):
        scaled = [point for point in points if factor in point.factors]
        fitting = (number for number in _numbers(factor) if all(_fits(point, factor.ratio(number)) for point in scaled))
        said[factor] = next(fitting, next(_numbers(factor)))
    factors = {factor.point: number for factor, number in said.items()}
    fixed = [point.scaled_by(_ratio(point, said)) for point in points if point not in factors]
    return [*((point, None) for point in fixed), *factors.items()]


def _numbers(factor: Factor) -> Iterator[float]:
    """Yield what the register of a factor can hold, what suits most points first."""
    for number in (*_FACTORS[factor.type], factor.point.scale):
        low, high = _range(factor.point)
        if low <= number <= high:
            yield number


def _fits(point: Point, ratio: Fraction) -> bool:
    """Return whether the registers of a point can hold what it usually is; the other factors taken as 1."""
    fixed = point.scaled_by(ratio)
    low, high = _range(fixed)
    usual = _wanted(fixed)
    return low <= usual[0] and usual[1] <= high and abs(fixed.linear(1) - fixed.linear(0)) <= usual[1] - usual[0]


def _ratio(point: Point, said: Mapping[Factor, float]) -> Fraction:
    return prod((factor.ratio(said[factor]) for factor in point.factors), start=Fraction(1))


def _random(seed: str, name: str) -> Random:
    return Random(f"{seed}/{name}")  # noqa: S311 - plausible, not secret


def _source(point: Point, consumer: Consumer, random: Random) -> Source:
    match point.codec:
        case BitCodec():
            return partial(_switched, random.uniform(0.0, 2 * _SWITCHING_S))
        case TextCodec() as codec:
            return partial(_always, f"SIM{random.randrange(100_000):05d}"[: codec.longest])
        case WholeCodec() as codec if point.kind == "int":
            return partial(_always, _code(point, codec, random))
        case _:
            return _amount(point, consumer, random)


def _switched(offset_s: float, time_s: float) -> bool:
    return (time_s + offset_s) // _SWITCHING_S % 2 == 0


def _always(value: Value, _time_s: float) -> Value:
    return value


def _code(point: Point, codec: WholeCodec, random: Random) -> int:
    """Return a code that means nothing bad: the first one of an enumeration, no flag set, some serial number."""
    if codec.type == "enum":
        return min(point.names, default=0)
    if codec.type == "bits" or (point.quantity and point.quantity.name in _NOTHING_WRONG):
        return 0
    return random.randrange(1, min(100_000, codec.range[1]))


def _amount(point: Point, consumer: Consumer, random: Random) -> Source:
    low, high = _range(point)
    electric = consumer.source(point.name) if point.quantity else None
    if point.group == "once":
        return partial(_always, random.uniform(*_usual(point, low, high)))
    if point.counter:
        count = electric or partial(_counted, random.uniform(0.2, 2.0))
        return lambda time_s: low + max(count(time_s) - low, 0.0) % (high - low)
    level = electric or _level(point, random, *_usual(point, low, high)).at
    return lambda time_s: min(max(level(time_s), low), high)


def _counted(per_hour: float, time_s: float) -> float:
    return (time_s - _COUNTING_SINCE_S) / 3600.0 * per_hour


def _level(point: Point, random: Random, low: float, high: float) -> Signal:
    return Signal.between(low, high, random, crest_s=_DAWN_S if point.name in _HIGHEST_AT_DAWN else _AFTERNOON_S)


def _range(point: Point) -> tuple[float, float]:
    """Return between which canonical values the point can lie: what its registers hold and its driver allows."""
    low, high = -math.inf, math.inf
    if isinstance(point.codec, WholeCodec):
        low, high = sorted(point.linear(raw) for raw in point.codec.range)
    if point.valid:
        ends = sorted(linear(1, 0, unit(point.unit), point.canonical_unit)(end) for end in point.valid)
        low, high = max(low, ends[0]), min(high, ends[1])
    return (max(low, 0.0), high) if point.counter else (low, high)


def _wanted(point: Point) -> tuple[float, float]:
    quantity = point.quantity.name if point.quantity else ""
    return _USUAL.get(quantity) or _USUAL.get(point.canonical_unit.symbol, _ANYWHERE)


def _usual(point: Point, low: float, high: float) -> tuple[float, float]:
    """Return where the point lies most of the time: as usual for what it measures, else in the middle of its range."""
    usual = _wanted(point)
    if low <= usual[0] and usual[1] <= high:
        return usual
    low, high = max(low, -1e6), min(high, 1e6)
    return (2 * low + high) / 3, (low + 2 * high) / 3
