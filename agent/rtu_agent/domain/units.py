"""Unit symbols, what they are called in a field name, and how they convert.

A symbol is UCUM-like and case sensitive, with `var`, `VA`, `kvarh`, `kVAh` as in IEC usage and `ppm`, `ppb`, `pH`, `dB`
plain. Conversions are exact fractions, so that a decimal stays a decimal. Two units convert into each other when they
have one dimension. `1` and `%` do not: a forgotten unit must be found, not multiplied by 100.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, get_args
from unicodedata import normalize

from rtu_agent.domain.problem import did_you_mean

UnitSymbol = Literal[
    # dimensionless
    "1", "pH",
    # electrical
    "mV", "V", "kV", "uA", "µA", "mA", "A", "kA",
    "mW", "W", "kW", "MW", "GJ/h", "var", "kvar", "Mvar", "VA", "kVA", "MVA",
    "Wh", "kWh", "MWh", "GWh", "MJ", "GJ", "varh", "kvarh", "Mvarh", "VAh", "kVAh", "MVAh", "mA.h", "mAh", "A.h", "Ah",
    "Hz", "kHz", "deg", "°", "mOhm", "mΩ", "Ohm", "Ω", "kOhm", "kΩ", "MOhm", "MΩ",
    "uS/cm", "µS/cm", "mS/cm", "dB",
    # environment
    "°C", "Cel", "°F", "[degF]", "K", "%", "ppm", "ppb", "mg/kg", "g/kg",
    "ug/m3", "µg/m3", "µg/m³", "mg/m3", "mg/m³", "g/m3", "g/m³",
    "Pa", "hPa", "mbar", "kPa", "bar", "MPa", "lx", "klx", "W/m2", "W/m²", "mm", "cm", "m",
    # flow and motion
    "L", "m3", "m³", "L/h", "L/min", "L/s", "m3/h", "m³/h", "m3/s", "m³/s", "m/s", "km/h", "rpm", "/min", "1/min",
    # time
    "ns", "us", "µs", "ms", "s", "min", "h", "d",
]  # fmt: skip
"""Every spelling that a driver may write."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; a value in it is `factor * value + offset` in the base of its dimension."""

    symbol: str
    """For people, for example `°C`."""
    suffix: str
    """For field names, for example `c`; empty for a dimensionless unit."""
    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


# Dimension: (symbol, suffix, factor to the base of the dimension). Capital M would become `m` in a suffix: it is `meg`.
_TABLE: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "number": (("1", "", "1"),),
    "acidity": (("pH", "", "1"),),
    "voltage": (("mV", "mv", "1/1000"), ("V", "v", "1"), ("kV", "kv", "1000")),
    "current": (("µA", "ua", "1/1000000"), ("mA", "ma", "1/1000"), ("A", "a", "1"), ("kA", "ka", "1000")),
    "power": (
        ("mW", "mw", "1/1000"),
        ("W", "w", "1"),
        ("kW", "kw", "1000"),
        ("MW", "megw", "1000000"),
        ("GJ/h", "gj_h", "1000000000/3600"),
    ),
    "reactive power": (("var", "var", "1"), ("kvar", "kvar", "1000"), ("Mvar", "megvar", "1000000")),
    "apparent power": (("VA", "va", "1"), ("kVA", "kva", "1000"), ("MVA", "megva", "1000000")),
    "energy": (
        ("Wh", "wh", "1"),
        ("kWh", "kwh", "1000"),
        ("MWh", "megwh", "1000000"),
        ("GWh", "gwh", "1000000000"),
        ("MJ", "megj", "1000000/3600"),
        ("GJ", "gj", "1000000000/3600"),
    ),
    "reactive energy": (("varh", "varh", "1"), ("kvarh", "kvarh", "1000"), ("Mvarh", "megvarh", "1000000")),
    "apparent energy": (("VAh", "vah", "1"), ("kVAh", "kvah", "1000"), ("MVAh", "megvah", "1000000")),
    "charge": (("mAh", "mah", "1/1000"), ("Ah", "ah", "1")),
    "frequency": (("Hz", "hz", "1"), ("kHz", "khz", "1000")),
    "angle": (("°", "deg", "1"),),
    "resistance": (
        ("mΩ", "mohm", "1/1000"),
        ("Ω", "ohm", "1"),
        ("kΩ", "kohm", "1000"),
        ("MΩ", "megohm", "1000000"),
    ),
    "conductivity": (("µS/cm", "us_cm", "1"), ("mS/cm", "ms_cm", "1000")),
    "level": (("dB", "db", "1"),),
    "share": (("%", "pct", "1"),),
    "share in parts": (("ppb", "ppb", "1/1000"), ("ppm", "ppm", "1")),
    "mass concentration": (("µg/m³", "ug_m3", "1"), ("mg/m³", "mg_m3", "1000"), ("g/m³", "g_m3", "1000000")),
    "mass fraction": (("mg/kg", "mg_kg", "1"), ("g/kg", "g_kg", "1000")),
    "pressure": (
        ("Pa", "pa", "1"),
        ("hPa", "hpa", "100"),
        ("kPa", "kpa", "1000"),
        ("bar", "bar", "100000"),
        ("MPa", "megpa", "1000000"),
    ),
    "illuminance": (("lx", "lx", "1"), ("klx", "klx", "1000")),
    "irradiance": (("W/m²", "w_m2", "1"),),
    "length": (("mm", "mm", "1"), ("cm", "cm", "10"), ("m", "m", "1000")),
    "volume": (("L", "l", "1/1000"), ("m³", "m3", "1")),
    "volume flow": (
        ("L/h", "l_h", "1/1000"),
        ("L/min", "l_min", "6/100"),
        ("L/s", "l_s", "36/10"),
        ("m³/h", "m3_h", "1"),
        ("m³/s", "m3_s", "3600"),
    ),
    "speed": (("m/s", "m_s", "1"), ("km/h", "km_h", "1000/3600")),
    "rotation": (("rpm", "rpm", "1"),),
    "time": (
        ("ns", "ns", "1/1000000000"),
        ("µs", "us", "1/1000000"),
        ("ms", "ms", "1/1000"),
        ("s", "s", "1"),
        ("min", "minute", "60"),  # not `min`, which is the smallest value of something
        ("h", "h", "3600"),
        ("d", "d", "86400"),
    ),
}
_TEMPERATURES: Final = (
    Unit("°C", "c", "temperature", Fraction(1)),
    Unit("°F", "f", "temperature", Fraction(5, 9), Fraction(-160, 9)),
    Unit("K", "k", "temperature", Fraction(1), Fraction(-27315, 100)),
)
_ALIASES: Final[dict[str, str]] = {
    "uA": "µA", "mA.h": "mAh", "A.h": "Ah", "deg": "°", "mOhm": "mΩ", "Ohm": "Ω", "kOhm": "kΩ", "MOhm": "MΩ",
    "uS/cm": "µS/cm", "Cel": "°C", "[degF]": "°F", "ug/m3": "µg/m³", "mbar": "hPa",
    "/min": "rpm", "1/min": "rpm", "us": "µs",
}  # fmt: skip


def _plain(symbol: str) -> str:
    """Return one form for what looks alike: the two micro signs, `℃`, full-width letters, `m³` and `m3`."""
    return normalize("NFKC", symbol)


_UNITS: Final[dict[str, Unit]] = {
    _plain(symbol): Unit(symbol, suffix, dimension, Fraction(factor))
    for dimension, rows in _TABLE.items()
    for symbol, suffix, factor in rows
} | {_plain(unit.symbol): unit for unit in _TEMPERATURES}

UNITS: Final = tuple(_UNITS.values())
"""Every unit once, without its other spellings."""


class UnknownUnitError(ValueError):
    """A symbol that is no unit; says which one may have been meant."""


def unit(symbol: str) -> Unit:
    """Return the unit that `symbol` spells.

    Raises:
        UnknownUnitError: there is no such unit.
    """
    found = _UNITS.get(_plain(_ALIASES.get(symbol, symbol)))
    if found is None:
        raise UnknownUnitError(f"'{symbol}' is not a unit{did_you_mean(symbol, get_args(UnitSymbol))}")
    return found


def conversion(source: Unit, target: Unit) -> tuple[Fraction, Fraction]:
    """Return factor and offset: a value in `source` is `factor * value + offset` in `target`, exactly.

    Raises:
        ValueError: the two units have different dimensions.
    """
    if source.dimension != target.dimension:
        raise ValueError(f"'{source.symbol}' cannot be converted to '{target.symbol}'")
    return source.factor / target.factor, (source.offset - target.offset) / target.factor
