"""Signals that are computed from others, each time from the values of one poll.

What computes them is given the values that a record would hold, in the units of the schema. It is a function of the
author, or one of those that a register map can name as well.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from rtu_agent.domain.record import FieldKind, Value
from rtu_agent.domain.vocabulary import Nature
from rtu_agent.driver_api.named import Named
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.wire import Group

DerivedName = Literal["sum_of", "product_of", "signed_by", "derived"]

_KINDS: Final[dict[Nature, FieldKind]] = {"amount": "float", "state": "bool", "code": "int", "identity": "string"}


@dataclass(frozen=True, slots=True)
class Derived(Named):
    """A signal that is in no register."""

    name: str
    inputs: "tuple[Point | Derived, ...]"
    compute: Callable[..., Value]
    """Takes the value of each input. What it raises, and what is no number, is a value that is not there."""
    unit: str = "1"
    """The unit of what `compute` returns."""
    valid: tuple[float, float] | None = None
    """The smallest and the largest value that can be true, in `unit`."""
    group: Group = "normal"
    counter: bool = False
    rolls_over_at: float | None = None
    """Where it is back at zero, in `unit`."""
    most_per_hour: float | None = None
    """More it cannot count in an hour, in `unit`."""
    deadband: float | None = None
    """By how much it may change and say nothing new, in `unit`."""
    vendor_specific: bool = False

    @property
    def kind(self) -> FieldKind:
        """The type of the stored value; float where no schema says another."""
        return _KINDS[self.quantity.nature] if self.quantity else "float"

    @property
    def needs(self) -> tuple[Point, ...]:
        """What all inputs need, each once."""
        return tuple(dict.fromkeys(point for signal in self.inputs for point in signal.needs))


Signal = Point | Derived
"""What a driver knows under a name."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Adds its inputs."""

    def __call__(self, *values: float) -> float:
        """Return the sum, rounded once."""
        return math.fsum(values)


@dataclass(frozen=True, slots=True)
class Product:
    """Multiplies its inputs."""

    def __call__(self, *values: float) -> float:
        """Return the product."""
        return math.prod(values)


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Gives a magnitude the sign that something else says."""

    negative: frozenset[int] | None = None
    """The codes that mean below zero; without them the sign of the other value is taken."""

    def __call__(self, magnitude: float, sign: float) -> float:
        """Return the magnitude with its sign."""
        is_negative = sign < 0 if self.negative is None else sign in self.negative
        return -abs(magnitude) if is_negative else abs(magnitude)
