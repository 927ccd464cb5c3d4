"""The few values that tell a person how a device is, out of the hundred that a driver may read."""

from collections.abc import Iterable
from typing import Final

from rtu_agent.domain.record import Field, Record, Value
from rtu_agent.domain.text import printable

_MOST_TELLING: Final = (
    "active_power",
    "voltage",
    "current",
    "energy",
    "temperature",
    "humidity",
    "co2",
    "pm2_5",
    "pressure",
    "volume_flow",
    "frequency",
)
"""Quantities in the order in which a person asks for them; whatever else has a unit comes after them."""

_PHASES: Final = ("l1", "l2", "l3", "n")
_LONGEST_TEXT: Final = 12
_HUGE: Final = 10_000_000


def telling(records: Iterable[Record], count: int) -> list[tuple[Field, Value | None]]:
    """Return at most `count` fields with their newest values, one per quantity, always in the same order.

    Codes and other values without a unit are only told when there is nothing else. A field whose newest value is
    missing stays, as None: a value of yesterday would be read as one of now.
    """
    found: dict[str, tuple[Field, Value | None]] = {}
    places: dict[str, int] = {}
    for record in sorted(records, key=lambda record: record.time_ms):
        for place, (field, value) in enumerate(zip(record.series.fields, record.values, strict=True)):
            found[field.name] = field, value
            places[field.name] = max(place, places.get(field.name, 0))
    best: dict[str, tuple[Field, Value | None]] = {}
    for name in sorted(found, key=lambda name: (*_rank(found[name][0]), places[name], name)):
        best.setdefault(_quantity(name), found[name])
    numbers = [pair for pair in best.values() if _has_unit(pair[0])]
    return (numbers or list(best.values()))[:count]


def newest(records: Iterable[Record]) -> dict[str, tuple[Field, int, Record]]:
    """Return by name each field, the place of its value, and the newest record that it is in."""
    found: dict[str, tuple[Field, int, Record]] = {}
    for record in sorted(records, key=lambda record: record.time_ms):
        found |= {field.name: (field, place, record) for place, field in enumerate(record.series.fields)}
    return found


def amount(value: Value | None) -> str:
    """Return a value as short as a table needs it: at most seven characters for a number, a dash if there is none."""
    match value:
        case None:
            return "-"
        case bool():
            return "on" if value else "off"
        case str():
            return printable(value)[:_LONGEST_TEXT]
        case _:
            return _number(value)


def _number(value: float) -> str:
    size = abs(value)
    if isinstance(value, int) and size < _HUGE:
        return str(value)
    if size >= _HUGE:
        return f"{value:.3g}"
    # Few enough digits to read, and the same number of them from one second to the next.
    return f"{value:.{2 if size < 100 else 1 if size < 1000 else 0}f}"  # noqa: PLR2004 - the thresholds of this line


def _rank(field: Field) -> tuple[bool, int, bool]:
    """Order numbers with a unit first, then by how telling they are, then totals before phases."""
    place = next((i for i, word in enumerate(_MOST_TELLING) if field.name.startswith(word)), len(_MOST_TELLING))
    is_phase = any(f"_{phase}_" in field.name for phase in _PHASES)
    return not _has_unit(field), place, is_phase


def _has_unit(field: Field) -> bool:
    return field.kind == "float" and field.unit != ""


def _quantity(name: str) -> str:
    return next((word for word in _MOST_TELLING if name.startswith(word)), name)
