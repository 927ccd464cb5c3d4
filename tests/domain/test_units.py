"""Every spelling is a unit, conversions are exact, and a field name never leaves its unit in doubt."""

import re
from collections import Counter
from fractions import Fraction
from itertools import product
from typing import get_args

import pytest

from rtu_agent.domain.units import UNITS, UnitSymbol, UnknownUnitError, conversion, unit

SPELLINGS = get_args(UnitSymbol)


def convert(value: str, source: str, target: str) -> Fraction:
    """Return a decimal in `source` as an exact number in `target`."""
    factor, offset = conversion(unit(source), unit(target))
    return Fraction(value) * factor + offset


def test_every_spelling_an_author_may_write_is_a_unit() -> None:
    """What passes the type checker passes at run time."""
    assert len(SPELLINGS) == len(set(SPELLINGS))
    assert {unit(spelling) for spelling in SPELLINGS} == set(UNITS)


def test_every_unit_may_be_written_as_people_read_it() -> None:
    """The symbol that is shown is itself a spelling."""
    assert {entry.symbol for entry in UNITS} <= set(SPELLINGS)
    assert all(unit(entry.symbol) is entry for entry in UNITS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("°C", "Cel"),
        ("µg/m3", "ug/m3"),
        ("\u03bcg/m3", "\u00b5g/m3"),  # Greek mu, micro sign
        ("[degF]", "°F"),
        ("A.h", "Ah"),
        ("/min", "rpm"),
        ("deg", "°"),
        ("mbar", "hPa"),
        ("Ohm", "Ω"),
        ("Ohm", "\u2126"),  # the ohm sign, which looks like Omega
        ("°C", "\u2103"),  # one character that looks like two
        ("%", "\uff05"),  # full-width, as Asian keyboards write it
        ("m3/h", "m³/h"),
    ],
)
def test_two_spellings_are_one_unit(one: str, other: str) -> None:
    """No unit is split in two because somebody spells it differently."""
    assert unit(one) is unit(other)


def test_no_two_units_share_a_suffix() -> None:
    """A field name tells its unit; only dimensionless numbers have none."""
    counts = Counter(entry.suffix for entry in UNITS)

    assert {suffix for suffix, count in counts.items() if count > 1} == {""}
    assert {entry.symbol for entry in UNITS if not entry.suffix} == {"1", "pH"}


def test_a_suffix_is_a_part_of_a_field_name() -> None:
    """Every database takes it without quoting."""
    assert all(re.fullmatch(r"([a-z][a-z0-9]*(_[a-z0-9]+)*)?", entry.suffix) for entry in UNITS)


@pytest.mark.parametrize(
    ("symbol", "suffix"),
    [
        *{"V": "v", "A": "a", "W": "w", "var": "var", "VA": "va", "Wh": "wh", "kWh": "kwh", "kvarh": "kvarh"}.items(),
        *{"kVAh": "kvah", "Hz": "hz", "deg": "deg", "Cel": "c", "%": "pct", "ppm": "ppm", "ppb": "ppb"}.items(),
        *{"ug/m3": "ug_m3", "hPa": "hpa", "kPa": "kpa", "m3": "m3", "m3/h": "m3_h", "/min": "rpm", "s": "s"}.items(),
    ],
)
def test_the_suffixes_of_the_design(symbol: str, suffix: str) -> None:
    """Dashboards and databases rely on these names."""
    assert unit(symbol).suffix == suffix


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1.5", "kW", "W", "1500"),
        ("212", "°F", "°C", "100"),
        ("-40", "[degF]", "Cel", "-40"),
        ("0", "K", "°C", "-273.15"),
        ("1", "K", "°F", "-457.87"),
        ("0.001", "MWh", "Wh", "1000"),
        ("1", "kWh", "MJ", "3.6"),
        ("3.6", "GJ/h", "MW", "1"),
        ("1013.25", "mbar", "kPa", "101.325"),
        ("60", "L/min", "m3/h", "3.6"),
        ("36", "km/h", "m/s", "10"),
        ("1500", "ppb", "ppm", "1.5"),
        ("90", "min", "h", "1.5"),
        ("4", "mA", "A", "0.004"),
        ("1", "MOhm", "Ohm", "1000000"),
    ],
)
def test_conversions_are_exact(value: str, source: str, target: str, expected: str) -> None:
    """A decimal in one unit is that decimal in another, not its neighbour."""
    assert convert(value, source, target) == Fraction(expected)


def test_there_and_back_is_where_one_started() -> None:
    """Every conversion of every dimension can be undone."""
    for one, other in product(UNITS, UNITS):
        if one.dimension == other.dimension:
            there = convert("12.7", one.symbol, other.symbol)
            factor, offset = conversion(other, one)

            assert there * factor + offset == Fraction("12.7")


@pytest.mark.parametrize(
    ("one", "other"), [("A", "V"), ("1", "%"), ("W", "VA"), ("W", "var"), ("kWh", "kvarh"), ("g/m3", "g/kg")]
)
def test_different_things_do_not_convert(one: str, other: str) -> None:
    """An apparent power is no active power, and a forgotten unit is not a share."""
    with pytest.raises(ValueError, match=re.escape("cannot be converted")):
        conversion(unit(one), unit(other))


@pytest.mark.parametrize(
    ("written", "mend"),
    [("kw", ", did you mean 'kW'?"), ("degC", ", did you mean 'deg'?"), ("furlong", ""), ("", ""), ("\ud800", "")],
)
def test_what_is_no_unit_is_refused_with_a_suggestion(written: str, mend: str) -> None:
    """Symbols are case sensitive; who misses one is told."""
    with pytest.raises(UnknownUnitError) as caught:
        unit(written)

    assert str(caught.value) == f"'{written}' is not a unit{mend}"
