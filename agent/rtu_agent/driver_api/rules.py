"""The rules of one point. A point that keeps them all can be read, decoded and stored.

A hidden point has a name of its own choice behind the `_`, and any type.
"""

from collections.abc import Iterator
from math import inf, isfinite
from typing import Final

from rtu_agent.domain.quantity import may_only_grow, objection
from rtu_agent.domain.registers import HIGHEST_ADDRESS
from rtu_agent.domain.units import UnknownUnitError, conversion, unit
from rtu_agent.domain.vocabulary import Nature
from rtu_agent.driver_api.codec import BitCodec, DecimalCodec, TypeName
from rtu_agent.driver_api.derived import Derived, Product, SignedBy, Sum
from rtu_agent.driver_api.named import Named
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.wire import Limits

Objection = tuple[tuple[str | int, ...], str]
"""The argument at fault and the place in it, nothing for the name of the point; what is wrong with it."""

_NUMBERS: Final[tuple[TypeName, ...]] = ("u16", "i16", "u32", "i32", "u64", "i64", "bcd", "decimal", "f32", "f64")
_TYPES: Final[dict[Nature, tuple[TypeName, ...]]] = {
    "amount": _NUMBERS,
    "state": ("bit",),
    "code": ("bits", "enum", *_NUMBERS[:-2]),
    "identity": ("enum", "string", *_NUMBERS),
}
"""The types that can hold a canonical quantity, so that a column has the same kind of value whatever the driver."""
_IN_WORDS: Final[dict[Nature, str]] = {
    "amount": "an amount",
    "state": "a state",
    "code": "a code",
    "identity": "a name",
}

_WORDS: Final[dict[TypeName, tuple[int, ...]]] = {
    "bits": (1, 2, 4),
    "enum": (1, 2, 4),
    "bcd": (1, 2, 3, 4),
    "decimal": (1, 2, 3, 4),
}
_MOST_DIGITS: Final = 4
_SMALLEST_SCALE: Final = 1e-12
_LARGEST: Final = 1e12


def objections(point: Point, limits: Limits) -> Iterator[Objection]:
    """Yield everything that is wrong with a point whose arguments have the right shapes."""
    if name := name_objection(point):
        yield (), name
    elif wrong_type := _type(point):
        yield ("type",), wrong_type
    else:
        yield from _unit(point)
    yield from _place(point, limits)
    yield from _numbers(point)
    yield from _valid(point)
    yield from _counter(point)
    yield from _deadband(point)
    if wrong_width := _width(point, limits):
        yield ("words",), wrong_width
    else:
        yield from _patterns(point)


def derived_objections(point: Derived) -> Iterator[Objection]:
    """Yield everything that is wrong with a derived point whose arguments have the right shapes."""
    if name := name_objection(point):
        yield (), name
        return
    wrong = [*_inputs(point)]
    yield from wrong or _unit(point)
    yield from _valid(point)
    yield from _counter(point)
    yield from _deadband(point)


def name_objection(signal: Named) -> str | None:
    """Return what is wrong with the name of a signal, or None."""
    if signal.is_hidden:
        said = objection(f"hidden{signal.name}", vendor_specific=True)
        return said and f"a hidden point is named by `_` and lower-case words joined by '_', not '{signal.name}'"
    return objection(signal.name, vendor_specific=signal.vendor_specific)


def _inputs(point: Derived) -> Iterator[Objection]:
    """What the schema computes with are numbers; a method may take anything."""
    if not isinstance(point.compute, Sum | Product | SignedBy):
        return
    for signal in point.inputs:
        if signal.kind == "string":
            yield (), f"'{signal.name}' is a text, which cannot be computed with"
    units = {signal.canonical_unit.symbol for signal in point.inputs}
    if isinstance(point.compute, Sum) and len(units) > 1:
        yield (), f"points of different units cannot be added: {', '.join(sorted(units))}"


def _unit(point: Named) -> Iterator[Objection]:
    try:
        own, stored = unit(point.unit), point.canonical_unit
        if own.symbol == "1" and stored.suffix:
            yield ("unit",), f"has no unit; '{point.name}' is in {stored.symbol}"
        else:
            conversion(own, stored)
    except UnknownUnitError as error:
        yield ("unit",), str(error)
    except ValueError as error:
        yield ("unit",), f"{error}, the unit of '{point.name}'"


def _type(point: Point) -> str | None:
    quantity = point.quantity
    if quantity is None or point.codec.type in _TYPES[quantity.nature]:
        return None
    allowed = ", ".join(_TYPES[quantity.nature])
    return f"'{quantity.name}' is {_IN_WORDS[quantity.nature]}, which {point.codec.type} cannot hold; use {allowed}"


def _place(point: Point, limits: Limits) -> Iterator[Objection]:
    if not 0 <= point.address <= HIGHEST_ADDRESS:
        mend = "ref(40001) converts a manual's reference number"
        yield ("at",), f"{point.address:#06x} is not an address (0x0000 to 0x{HIGHEST_ADDRESS:04X}); {mend}"
    elif max(point.addresses, default=0) > HIGHEST_ADDRESS:
        yield ("at",), f"{point.count} items from {point.address:#06x} reach beyond the last address"
    for boundary in limits.boundaries:
        if boundary.crossed_by(point.span):
            address = boundary.address * limits.stride
            yield ("at",), f"{point.span} crosses {address:#06x}, which the driver says no read may cross"
    if point.page and not all(0 <= number <= HIGHEST_ADDRESS for number in point.page):
        yield ("page",), f"page must be the address of a holding register and what to write there, not {(*point.page,)}"
    of_bits = isinstance(point.codec, BitCodec)
    if of_bits != point.table.of_bits:
        mend = "coil or discrete_input" if of_bits else "holding or input"
        yield ("table",), f"{point.codec.type} cannot be in table {point.table}; name {mend}"


def _width(point: Point, limits: Limits) -> str | None:
    allowed = _WORDS.get(point.codec.type)
    if allowed and point.codec.items not in allowed:
        return f"{point.codec.type} has {', '.join(map(str, allowed))} words, not {point.codec.items}"
    if point.codec.items < 1:
        return f"words must be at least 1, not {point.codec.items}"
    if point.count > limits.max_block > 0:
        return f"{point.count} registers are more than this device lets read at once (max_block {limits.max_block})"
    return None


def _numbers(point: Point) -> Iterator[Objection]:
    if point.quantity and point.quantity.nature == "code" and (point.scale, point.offset, point.factors) != (1, 0, ()):
        yield ("scale",), f"'{point.quantity.name}' is a code; it has neither scale nor offset"
    if not (isfinite(point.scale) and _SMALLEST_SCALE <= abs(point.scale) <= _LARGEST):
        yield ("scale",), f"scale must be {_SMALLEST_SCALE:g} to {_LARGEST:g}, with either sign, not {point.scale:g}"
    if not (isfinite(point.offset) and abs(point.offset) <= _LARGEST):
        yield ("offset",), f"offset must be -{_LARGEST:g} to {_LARGEST:g}, not {point.offset:g}"
    if point.four_quadrant and point.unit != "1":
        yield ("four_quadrant",), "four_quadrant is for power factors, which have no unit"
    if isinstance(point.codec, DecimalCodec) and not 1 <= point.codec.digits <= _MOST_DIGITS:
        yield ("digits",), f"digits must be 1 to {_MOST_DIGITS}, not {point.codec.digits}"


def _valid(point: Point | Derived) -> Iterator[Objection]:
    if point.valid and not (all(map(isfinite, point.valid)) and point.valid[0] < point.valid[1]):
        yield ("valid",), f"valid must be the smallest and the largest value, not {point.valid}"


def _counter(point: Point | Derived) -> Iterator[Objection]:
    quantity = point.quantity
    if point.counter and quantity and not may_only_grow(point.name, quantity):
        yield ("counter",), f"'{point.name}' may also become less, so it cannot be a counter"
    for key, limit in (("rolls_over_at", point.rolls_over_at), ("most_per_hour", point.most_per_hour)):
        if limit is not None and not point.counter:
            yield (key,), f"{key} is for counters; say `counter` too"
        elif limit is not None and not 0 < limit < inf:
            yield (key,), f"{key} must be more than 0, not {limit:g}"


def _deadband(point: Point | Derived) -> Iterator[Objection]:
    if point.deadband is None:
        return
    if point.kind != "float":
        yield ("deadband",), f"every change of {_IN_WORDS['code']} is news; a deadband is for amounts"
    elif not 0 < point.deadband < inf:
        yield ("deadband",), f"deadband must be more than 0, not {point.deadband:g}"


def _patterns(point: Point) -> Iterator[Objection]:
    if isinstance(point.codec, BitCodec):
        return
    bits = point.codec.pattern_bits
    for index, pattern in enumerate(point.invalid):
        if not 0 <= pattern < 1 << bits:
            yield (
                ("invalid", index),
                f"{pattern:#x} is not a pattern of {bits} bits; write what is on the wire, without a sign",
            )
    last = bits - 1 if point.codec.type == "bits" else (1 << bits) - 1
    for number in point.names:
        if not 0 <= number <= last:
            yield ("names", number), f"{number} is not between 0 and {last}"
