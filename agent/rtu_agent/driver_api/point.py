"""One named signal of a driver: where it is, how it is written there, what it means."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf
from types import MappingProxyType
from typing import NamedTuple

from rtu_agent.domain.record import FieldKind, Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.domain.units import unit
from rtu_agent.driver_api.codec import BitCodec, Codec, FloatCodec, TextCodec, WholeCodec
from rtu_agent.driver_api.factor import Factor, decimal
from rtu_agent.driver_api.linear import Linear, linear
from rtu_agent.driver_api.named import Named
from rtu_agent.driver_api.wire import Group


class Page(NamedTuple):
    """What a holding register must hold while a point is read."""

    register: int
    """Its address."""
    value: int


@dataclass(frozen=True, slots=True)
class Point(Named):
    """One signal that is in registers or bits; its driver has checked it."""

    name: str
    table: Table
    address: int
    """Of the first of its items on the wire: of the lowest one, where they do not follow each other."""
    codec: Codec
    unit: str = "1"
    """The unit of `raw * scale * factors + offset`, as the author spells it."""
    scale: float = 1
    offset: float = 0
    invalid: tuple[int, ...] = ()
    """Bit patterns, read as unsigned numbers, by which the device says that it has no value."""
    valid: tuple[float, float] | None = None
    """The smallest and the largest value that can be true, in `unit`."""
    group: Group = "normal"
    counter: bool = False
    """The value only grows, until it rolls over or is reset."""
    rolls_over_at: float | None = None
    """Where it is back at zero, in `unit`; None is at the end of what its registers hold."""
    most_per_hour: float | None = None
    """More it cannot count in an hour, in `unit`; None where the author does not know."""
    deadband: float | None = None
    """By how much it may change and say nothing new, in `unit`, where a site does not want every record."""
    vendor_specific: bool = False
    """Not in the common schema: the point keeps its name and its unit."""
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """What each code, or each bit from 0, the lowest, is called. For people; the number is what is stored."""
    factors: tuple[Factor, ...] = ()
    """Registers that scale it, read in the same poll."""
    four_quadrant: bool = False
    """A power factor that goes on beyond 1 and -1 to say that the current leads."""
    alone: bool = False
    """It must be read in a request of its own; a wider one would read something else at its address."""
    page: Page | None = None
    """What must be selected while it is read."""
    stride: int = 1
    """By how much the address grows from one register to the next."""
    offsets: tuple[int, ...] = ()
    """Where each of its words is, in registers from `address`, if they do not follow each other."""

    @property
    def count(self) -> int:
        """Items of the table that a read of the value needs."""
        return max(self.offsets) + 1 if self.offsets else self.codec.items

    @property
    def span(self) -> Span:
        """All items of the table that must be read for the value; its address counts registers, whatever the stride."""
        return Span(self.table, self.address // self.stride, self.count)

    @property
    def addresses(self) -> tuple[int, ...]:
        """The address on the wire of each of its items, in the order of the wire or of the author."""
        places = self.offsets or range(self.codec.items)
        return tuple(self.address + self.stride * place for place in places)

    @property
    def places(self) -> tuple[int, ...]:
        """Where each byte of the big-endian form stands in the bytes of the span."""
        if isinstance(self.codec, BitCodec):
            return ()
        if not self.offsets:
            return self.codec.order
        return tuple(2 * self.offsets[place // 2] + place % 2 for place in self.codec.order)

    @property
    def needs(self) -> "tuple[Point, ...]":
        """The point itself, then its factors."""
        return (self, *(factor.point for factor in self.factors))

    @property
    def linear(self) -> Linear:
        """From the number on the wire to the canonical value, while all factors are 1."""
        return linear(self.scale, self.offset, unit(self.unit), self.canonical_unit)

    @property
    def kind(self) -> FieldKind:
        """The type of the stored value: float for an amount, int for a code, bool for a bit, else text."""
        if isinstance(self.codec, BitCodec):
            return "bool"
        if isinstance(self.codec, TextCodec):
            return "string"
        return "int" if self._is_code else "float"

    @property
    def _is_code(self) -> bool:
        if self.codec.type in ("bits", "enum"):
            return True
        is_amount = self.quantity is None or self.quantity.nature == "amount"
        is_plain = isinstance(self.codec, WholeCodec) and self.linear.is_identity and not self.factors
        return not is_amount and is_plain

    @property
    def overflow(self) -> float:
        """An unsigned register that overflows begins again at zero; nothing else says where the device does."""
        if not isinstance(self.codec, WholeCodec) or self.codec.range[0] < 0 or self.factors:
            return inf
        return self.linear(self.codec.range[1] + 1) - self.linear(0)

    @property
    def step(self) -> float:
        """That of a whole number is its scale."""
        if not isinstance(self.codec, WholeCodec) or self.factors:
            return 0.0
        return abs(self.linear(1) - self.linear(0))

    def read(self, words: Sequence[int]) -> Value:
        """Return what the words of the span say, before any scale: a number, a code or a text.

        Raises:
            ValueError: they say nothing.
        """
        if isinstance(self.codec, BitCodec):
            return bool(words[0])
        wire = b"".join(word.to_bytes(2, "big") for word in words)
        form = bytes(wire[place] for place in self.places)
        return self.codec.read(*struct.unpack(f">{self.codec.struct_code}", form))

    def meaning(self, value: Value) -> tuple[str, ...]:
        """Return what people call a code, or each flag that is set; nothing for what has no name."""
        if self.codec.type == "bits":
            return tuple(name for bit, name in sorted(self.names.items()) if int(value) >> bit & 1)
        return (self.names[int(value)],) if self.codec.type == "enum" and value in self.names else ()

    def scaled_by(self, factor: Fraction) -> "Point":
        """Return the point as it is while its factors, multiplied, are `factor`."""
        return replace(self, factors=(), scale=float(decimal(self.scale) * factor)) if self.factors else self

    def encode(self, value: Value) -> bytes:
        """Return the items that stand for a canonical value, one for each of `addresses`: the inverse of decoding.

        A value between two steps of the device becomes the nearest step. Sentinels and the valid range are not looked
        at, because a simulator may want to send just these. All factors are taken as 1. Bits that are not of this point
        are zero.

        Raises:
            ValueError: the items cannot hold the value.
        """
        match self.codec:
            case BitCodec() as codec:
                return codec.encode(bool(value))
            case TextCodec() as codec:
                return codec.encode(str(value))
            case FloatCodec() as codec:
                number = float(value)
                return codec.encode(number if self.linear.is_identity else self.linear.inverse(number))
            case codec:
                return codec.encode(self._nearest_step(int(value) if self.kind == "int" else float(value), codec))

    def _nearest_step(self, value: float, codec: WholeCodec) -> int:
        """Return the number on the wire. At the end of its range the nearest float may lie just outside."""
        number = round(self.linear.inverse(value))
        smallest, largest = codec.range
        inside = min(max(number, smallest), largest)
        if inside != number and self.linear(inside) != value:
            raise ValueError(f"{self.name}: {value!r} does not fit into {codec.type}")
        return inside
