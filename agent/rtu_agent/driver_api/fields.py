"""The words in which an author writes points: `voltage = f32(0x0000, "V")`.

Each function takes the zero-based address first, then what its type cannot do without; all else goes by keyword and has
a default. Nothing is checked here: a driver is checked as a whole when its class is created. What the options mean is
written at `Point`.
"""

from collections.abc import Mapping
from typing import Unpack

from rtu_agent.domain.units import UnitSymbol
from rtu_agent.driver_api.declaration import Declaration, FactorDeclaration
from rtu_agent.driver_api.options import (
    At,
    BcdOptions,
    CodeOptions,
    DecimalOptions,
    FactorOptions,
    MultiplierOptions,
    NumberOptions,
    PointOptions,
    SignedOptions,
    TextOptions,
    UnsignedOptions,
)


def u16(at: At, unit: UnitSymbol = "1", **options: Unpack[UnsignedOptions]) -> Declaration:
    """Declare an unsigned number in one register."""
    return Declaration("u16", {"at": at, "unit": unit, **options})


def i16(at: At, unit: UnitSymbol = "1", **options: Unpack[SignedOptions]) -> Declaration:
    """Declare a signed number in one register, two's complement."""
    return Declaration("i16", {"at": at, "unit": unit, **options})


def u32(at: At, unit: UnitSymbol = "1", **options: Unpack[UnsignedOptions]) -> Declaration:
    """Declare an unsigned number in two registers."""
    return Declaration("u32", {"at": at, "unit": unit, **options})


def i32(at: At, unit: UnitSymbol = "1", **options: Unpack[SignedOptions]) -> Declaration:
    """Declare a signed number in two registers, two's complement."""
    return Declaration("i32", {"at": at, "unit": unit, **options})


def u64(at: At, unit: UnitSymbol = "1", **options: Unpack[UnsignedOptions]) -> Declaration:
    """Declare an unsigned number in four registers."""
    return Declaration("u64", {"at": at, "unit": unit, **options})


def i64(at: At, unit: UnitSymbol = "1", **options: Unpack[SignedOptions]) -> Declaration:
    """Declare a signed number in four registers, two's complement."""
    return Declaration("i64", {"at": at, "unit": unit, **options})


def f32(at: At, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an IEEE 754 single in two registers; NaN and infinity are never values."""
    return Declaration("f32", {"at": at, "unit": unit, **options})


def f64(at: At, unit: UnitSymbol = "1", **options: Unpack[NumberOptions]) -> Declaration:
    """Declare an IEEE 754 double in four registers; NaN and infinity are never values."""
    return Declaration("f64", {"at": at, "unit": unit, **options})


def bcd(at: At, unit: UnitSymbol = "1", **options: Unpack[BcdOptions]) -> Declaration:
    """Declare a number of four decimal digits in each of `words` registers (default 1)."""
    return Declaration("bcd", {"at": at, "unit": unit, **options})


def decimal(at: At, unit: UnitSymbol = "1", **options: Unpack[DecimalOptions]) -> Declaration:
    """Declare a number of which each of `words` registers (default 2) holds `digits` decimal digits (default 4)."""
    return Declaration("decimal", {"at": at, "unit": unit, **options})


def string(at: At, words: int, **options: Unpack[TextOptions]) -> Declaration:
    """Declare a text of two characters in each of `words` registers, ended by NUL or by the last register."""
    return Declaration("string", {"at": at, "words": words, **options})


def bits(at: At, names: Mapping[int, str] = {}, **options: Unpack[CodeOptions]) -> Declaration:
    """Declare flags in `words` registers (default 1), `names` by bit, 0 the lowest; stored as one integer."""
    return Declaration("bits", {"at": at, "names": names, **options})


def enum(at: At, names: Mapping[int, str] = {}, **options: Unpack[CodeOptions]) -> Declaration:
    """Declare a code in `words` registers (default 1), `names` by code; stored as the integer, known or not."""
    return Declaration("enum", {"at": at, "names": names, **options})


def bit(at: int, **options: Unpack[PointOptions]) -> Declaration:
    """Declare a coil or a discrete input."""
    return Declaration("bit", {"at": at, **options})


def scale_factor(at: int, **options: Unpack[FactorOptions]) -> FactorDeclaration:
    """Declare the power of ten of other points: a signed number, of which 0x8000 says that there is no value."""
    return FactorDeclaration("scale_factor", {"at": at, **options})


def decimal_places(at: int, **options: Unpack[FactorOptions]) -> FactorDeclaration:
    """Declare how many of the digits of other points are behind the decimal point."""
    return FactorDeclaration("decimal_places", {"at": at, **options})


def multiplier(at: At, **options: Unpack[MultiplierOptions]) -> FactorDeclaration:
    """Declare a number by which other points are multiplied, such as the ratio of a transformer; never zero."""
    return FactorDeclaration("multiplier", {"at": at, **options})
