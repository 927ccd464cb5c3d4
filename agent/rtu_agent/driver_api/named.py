"""What a record stores under a name, wherever its value comes from."""

from abc import abstractmethod
from math import inf
from typing import TYPE_CHECKING, ClassVar

from rtu_agent.domain.quantity import column, find
from rtu_agent.domain.record import Field, FieldKind
from rtu_agent.domain.registers import Span
from rtu_agent.domain.units import Unit, unit
from rtu_agent.domain.vocabulary import ANY_UNIT, Quantity
from rtu_agent.driver_api.linear import linear
from rtu_agent.driver_api.wire import Group

if TYPE_CHECKING:
    from rtu_agent.driver_api.point import Point


class Named:
    """The part of a signal that a record shows: its name, its unit, the kind of its values."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    name: str
    unit: str
    group: Group
    counter: bool
    rolls_over_at: float | None
    most_per_hour: float | None
    deadband: float | None
    vendor_specific: bool

    @property
    def is_hidden(self) -> bool:
        """True for what is read for the sake of others and is not stored: its name begins with `_`."""
        return self.name.startswith("_")

    @property
    def quantity(self) -> Quantity | None:
        """The entry of the common schema; None for a vendor-specific or hidden signal."""
        return None if self.vendor_specific or self.is_hidden else find(self.name)

    @property
    def canonical_unit(self) -> Unit:
        """The unit of the stored value: the schema's, or the author's where the schema has none or leaves it open."""
        quantity = self.quantity
        return unit(self.unit if quantity is None or quantity.unit == ANY_UNIT else quantity.unit)

    @property
    @abstractmethod
    def kind(self) -> FieldKind:
        """The type of the stored value."""

    @property
    @abstractmethod
    def needs(self) -> "tuple[Point, ...]":
        """All that must be read so that the value can be told."""

    @property
    def reads(self) -> tuple[Span, ...]:
        """Where all that is, each span once."""
        return tuple(dict.fromkeys(point.span for point in self.needs))

    @property
    def field(self) -> Field:
        """The column of the value."""
        stored = self.canonical_unit
        symbol = "" if stored.symbol == "1" else stored.symbol
        return Field(column(self.name, stored), self.kind, symbol, self.counts_to if self.counter else None)

    @property
    def counts_to(self) -> float:
        """Where a counter is back at zero; infinite where nobody knows."""
        return self.overflow if self.rolls_over_at is None else self.in_stored_unit(self.rolls_over_at)

    @property
    def overflow(self) -> float:
        """The first value that what holds it cannot hold; infinite where nobody knows."""
        return inf

    @property
    def step(self) -> float:
        """The smallest difference between two values; 0 where nobody knows."""
        return 0.0

    def in_stored_unit(self, amount: float, *, difference: bool = False) -> float:
        """Return an amount that the author gives, in the unit of the stored value; or the difference of two amounts."""
        convert = linear(1, 0, unit(self.unit), self.canonical_unit)
        return convert(amount) - convert(0) if difference else convert(amount)
