"""From what `struct` made of a point's registers to its canonical value, or to the reason why there is none.

The steps of a point are put together once: sentinel, number, scale and unit, range. Only those that it needs are there.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Value
from rtu_agent.domain.units import unit
from rtu_agent.driver_api.codec import FieldCodec, FloatCodec, IntegerCodec, TextCodec, WordCodec
from rtu_agent.driver_api.derived import Derived
from rtu_agent.driver_api.linear import Linear, linear
from rtu_agent.driver_api.point import Point

Reader = Callable[[Any], Value | Reason]


def reader(point: Point, codec: WordCodec) -> Reader:
    """Return the function from the raw of `point` to its canonical value, or to the reason why it has none.

    Of a point with factors it is the number on the wire, which `finish` makes a value of.
    """
    if isinstance(codec, TextCodec):
        return codec.read
    if point.factors:
        read = _finite if isinstance(codec, FloatCodec) else _whole(codec, _same)
    else:
        read = finished(point, _number(point, codec))
    return _unless_sentinel(point, codec, read) if point.invalid else read


def finished(point: Point | Derived, read: Reader) -> Reader:
    """Return `read` with what is done to a number last: quadrants, then the range."""
    if isinstance(point, Point) and point.four_quadrant:
        read = _folded(read)
    return _in_range(point, read) if point.valid else read


def _number(point: Point, codec: WordCodec) -> Reader:
    if isinstance(codec, FloatCodec):
        return _finite if point.linear.is_identity else _scaled_float(point.linear)
    of_integer = _same if point.kind == "int" else float if point.linear.is_identity else _scaled_integer(point.linear)
    return _whole(codec, of_integer)


def _whole(codec: WordCodec, of_integer: Reader) -> Reader:
    if isinstance(codec, IntegerCodec):
        return of_integer
    return _field(codec, of_integer) if isinstance(codec, FieldCodec) else _digits(codec, of_integer)


def _field(codec: FieldCodec, of_integer: Reader) -> Reader:
    mask, shift, number = codec.mask, codec.shift, codec.number
    if codec.sign == "none":
        return lambda raw: of_integer((raw & mask) >> shift)
    return lambda raw: of_integer(number((raw & mask) >> shift))


def _folded(read: Reader) -> Reader:
    """Beyond 1 and -1 a power factor comes back towards zero; at 2 and -2 it is there."""

    def read_folded(raw: Any) -> Value | Reason:
        value = read(raw)
        if isinstance(value, str) or -1 <= value <= 1:
            return value
        return (2 - value if value > 0 else -2 - value) if -2 <= value <= 2 else Reason.OUT_OF_RANGE  # noqa: PLR2004

    return read_folded


def _same(raw: int) -> int:
    return raw


def _finite(raw: float) -> float | Reason:
    return raw if isfinite(raw) else Reason.NOT_FINITE


def _scaled_integer(line: Linear) -> Reader:
    """Return `line` for integers, its three numbers at hand: this is the busiest function of the agent."""
    factor, addend, divisor = line.factor, line.addend, line.divisor

    def read(raw: int) -> float:
        return (raw * factor + addend) / divisor

    return read


def _scaled_float(line: Linear) -> Reader:
    def read(raw: float) -> float | Reason:
        try:
            return line(raw) if isfinite(raw) else Reason.NOT_FINITE
        except OverflowError:
            return Reason.NOT_FINITE

    return read


def _digits(codec: WordCodec, of_integer: Reader) -> Reader:
    def read(raw: bytes) -> Value | Reason:
        try:
            number = codec.read(raw)
        except ValueError:
            return Reason.NOT_DECODABLE
        return of_integer(number)

    return read


def _in_range(point: Point | Derived, read: Reader) -> Reader:
    """The range is in the author's unit; it is converted like a value, so that a limit itself is inside."""
    to_canonical = linear(1, 0, unit(point.unit), point.canonical_unit)
    smallest, largest = (to_canonical(limit) for limit in point.valid or ())

    def read_in_range(raw: Any) -> Value | Reason:
        value = read(raw)
        if isinstance(value, str) or smallest <= value <= largest:  # a reason is a text, too
            return value
        return Reason.OUT_OF_RANGE

    return read_in_range


def _unless_sentinel(point: Point, codec: WordCodec, read: Reader) -> Reader:
    """The patterns are compared as raws; for the two zeros of a float, which are equal, the pattern decides."""
    patterns = frozenset(point.invalid)
    if isinstance(codec, FieldCodec):
        to_pattern = codec.to_pattern
        return lambda raw: Reason.SENTINEL if to_pattern(raw) in patterns else read(raw)
    raws = frozenset(codec.from_pattern(pattern) for pattern in patterns)

    def read_unless_sentinel(raw: Any) -> Value | Reason:
        if raw in raws and codec.to_pattern(raw) in patterns:
            return Reason.SENTINEL
        return read(raw)

    return read_unless_sentinel
