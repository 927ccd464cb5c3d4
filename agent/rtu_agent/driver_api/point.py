"""One named signal of a driver: where it is, how it is written there, what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rtu_agent.domain.quantity import column, find
from rtu_agent.domain.record import Field, FieldKind, Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.domain.units import Unit, unit
from rtu_agent.domain.vocabulary import ANY_UNIT, Quantity
from rtu_agent.driver_api.codec import BitCodec, Codec, FloatCodec, TextCodec, WholeCodec
from rtu_agent.driver_api.linear import Linear, linear
from rtu_agent.driver_api.wire import Group


@dataclass(frozen=True, slots=True)
class Point:
    """One signal of a driver, which has checked it."""

    name: str
    table: Table
    address: int
    codec: Codec
    unit: str = "1"
    """The unit of `raw * scale + offset`, as the author spells it."""
    scale: float = 1
    offset: float = 0
    invalid: tuple[int, ...] = ()
    """Bit patterns, read as unsigned numbers, by which the device says that it has no value."""
    valid: tuple[float, float] | None = None
    """The smallest and the largest value that can be true, in `unit`."""
    group: Group = "normal"
    counter: bool = False
    """The value only grows, until it rolls over or is reset."""
    vendor_specific: bool = False
    """Not in the common schema: the point keeps its name and its unit."""
    names: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """What each code, or each bit from 0, the lowest, is called. For people; the number is what is stored."""

    @property
    def count(self) -> int:
        """Items of the table."""
        return self.codec.items

    @property
    def span(self) -> Span:
        """All items of the table that hold the value."""
        return Span(self.table, self.address, self.count)

    @property
    def quantity(self) -> Quantity | None:
        """The entry of the common schema; None for a vendor-specific point."""
        return None if self.vendor_specific else find(self.name)

    @property
    def canonical_unit(self) -> Unit:
        """The unit of the stored value: the schema's, or the author's where the schema has none or leaves it open."""
        quantity = self.quantity
        return unit(self.unit if quantity is None or quantity.unit == ANY_UNIT else quantity.unit)

    @property
    def linear(self) -> Linear:
        """From the number on the wire to the canonical value."""
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
        return not is_amount and isinstance(self.codec, WholeCodec) and self.linear.is_identity

    @property
    def field(self) -> Field:
        """The column of the value."""
        stored = self.canonical_unit
        return Field(column(self.name, stored), self.kind, "" if stored.symbol == "1" else stored.symbol)

    def encode(self, value: Value) -> bytes:
        """Return the items that stand for a canonical value, as they are on the wire: the inverse of decoding.

        A value between two steps of the device becomes the nearest step. Sentinels and the valid range are not looked
        at, because a simulator may want to send just these.

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
