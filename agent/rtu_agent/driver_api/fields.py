"""The words in which an author writes points: `voltage = f32(0x0000, "V")`.

Each function takes the zero-based address first, then what its type cannot do without; all else goes by keyword and has
a default. Nothing is checked here: a driver is checked as a whole when its class is created. What the options mean is
written at `Point`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from rtu_agent.domain.units import UnitSymbol
from rtu_agent.driver_api.codec import TypeName
from rtu_agent.driver_api.options import BcdOptions, CodeOptions, NumberOptions, PointOptions, TextOptions

if TYPE_CHECKING:
    from rtu_agent.driver_api.driver import Driver
    from rtu_agent.driver_api.point import Point


class Declaration:
    """A point as its author wrote it. Read from the class, it is the `Point` that was made of it."""

    def __init__(self, type_name: TypeName, arguments: Mapping[str, Any]) -> None:
        self.type_name = type_name
        self.arguments = arguments
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: "type[Driver]") -> "Point":
        for point in owner.points:
            if point.name == self._name:
                return point
        raise AttributeError(f"{owner.__name__} has no point '{self._name}' yet")


def u16(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an unsigned number in one register."""
    return Declaration("u16", {"at": at, "unit": unit, **options})


def i16(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare a signed number in one register, two's complement."""
    return Declaration("i16", {"at": at, "unit": unit, **options})


def u32(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an unsigned number in two registers."""
    return Declaration("u32", {"at": at, "unit": unit, **options})


def i32(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare a signed number in two registers, two's complement."""
    return Declaration("i32", {"at": at, "unit": unit, **options})


def u64(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an unsigned number in four registers."""
    return Declaration("u64", {"at": at, "unit": unit, **options})


def i64(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare a signed number in four registers, two's complement."""
    return Declaration("i64", {"at": at, "unit": unit, **options})


def f32(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an IEEE 754 single in two registers; NaN and infinity are never values."""
    return Declaration("f32", {"at": at, "unit": unit, **options})


def f64(at: int, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an IEEE 754 double in four registers; NaN and infinity are never values."""
    return Declaration("f64", {"at": at, "unit": unit, **options})


def bcd(at: int, unit: UnitSymbol = "1", **options: Unpack[BcdOptions]) -> Declaration:
    """Declare a number of four decimal digits in each of `words` registers (default 1)."""
    return Declaration("bcd", {"at": at, "unit": unit, **options})


def string(at: int, words: int, **options: Unpack[TextOptions]) -> Declaration:
    """Declare a text of two characters in each of `words` registers, ended by NUL or by the last register."""
    return Declaration("string", {"at": at, "words": words, **options})


def bits(at: int, names: Mapping[int, str] = {}, **options: Unpack[CodeOptions]) -> Declaration:
    """Declare flags in `words` registers (default 1), `names` by bit, 0 the lowest; stored as one integer."""
    return Declaration("bits", {"at": at, "names": names, **options})


def enum(at: int, names: Mapping[int, str] = {}, **options: Unpack[CodeOptions]) -> Declaration:
    """Declare a code in `words` registers (default 1), `names` by code; stored as the integer, known or not."""
    return Declaration("enum", {"at": at, "names": names, **options})


def bit(at: int, **options: Unpack[PointOptions]) -> Declaration:
    """Declare a coil or a discrete input."""
    return Declaration("bit", {"at": at, **options})
