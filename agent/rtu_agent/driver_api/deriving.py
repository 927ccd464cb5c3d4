"""The words in which an author writes points that are computed from others.

The decorated method has the point's name; its parameters, after `self`, are the names of the points that it needs:

    @derived("W")
    def battery_power(self, battery_voltage: float, battery_current: float) -> float:
        return battery_voltage * battery_current
"""

from collections.abc import Callable, Collection
from typing import Unpack

from rtu_agent.domain.record import Value
from rtu_agent.domain.units import UnitSymbol
from rtu_agent.driver_api.declaration import Declaration, DerivedDeclaration
from rtu_agent.driver_api.options import DerivedOptions

Declarations = Declaration | DerivedDeclaration


def derived(
    unit: UnitSymbol = "1", **options: Unpack[DerivedOptions]
) -> Callable[[Callable[..., Value]], DerivedDeclaration]:
    """Declare a point that a method computes; what it returns is in `unit`."""
    return lambda compute: DerivedDeclaration("derived", {"compute": compute, "unit": unit, **options})


def sum_of(*points: Declarations, **options: Unpack[DerivedOptions]) -> DerivedDeclaration:
    """Declare the sum of points, which have one unit."""
    return DerivedDeclaration("sum_of", {"of": points, **options})


def product_of(*points: Declarations, unit: UnitSymbol = "1", **options: Unpack[DerivedOptions]) -> DerivedDeclaration:
    """Declare the product of points; the product of their units is `unit`."""
    return DerivedDeclaration("product_of", {"of": points, "unit": unit, **options})


def signed_by(
    magnitude: Declarations,
    sign: Declarations,
    negative: Collection[int] | None = None,
    **options: Unpack[DerivedOptions],
) -> DerivedDeclaration:
    """Declare a magnitude with a sign: below zero while `sign` is one of the codes `negative`, or is below zero."""
    codes = {} if negative is None else {"negative": tuple(negative)}
    return DerivedDeclaration("signed_by", {"magnitude": magnitude, "sign": sign, **codes, **options})
