"""Records → InfluxDB line protocol, the language of the spool.

    energy_meter,bus=floor1,device=main,site=plant-a voltage_l1_n_v=230.1,status_code=3i,quality=0i 1795000000000

What all records of a series share is escaped once and kept as its template. A value that is missing, or that its field
cannot hold, is left out; a float is always written as a float, so that the type of a field never flips. `quality` comes
last and is always there. Times are milliseconds.

Most records are whole: every value is there, of exactly the type of its field, finite and narrow enough. Such a record
is one `%` of its template, with nothing left to ask of a single value; all others are put together value by value. Both
ways write the same line. Floats are written by `repr`, the shortest text that reads back as the same number.

Syntax: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from rtu_agent.domain.record import QUALITY_FIELD, FieldKind, Record, Series, Value
from rtu_agent.output.outgoing import INTEGER_LIMIT, clean, outgoing

_AMBIGUOUS_BACKSLASHES: Final = re.compile(r"\\+(?=[,= ]|$)")
"""In a name a backslash cannot be escaped; before one of these, or at the end, parsers disagree about what it means."""
_NAME_SYNTAX: Final = re.compile(r"([,= ])")
_MEASUREMENT_SYNTAX: Final = re.compile(r"([, ])")
_STRING_SYNTAX: Final = re.compile(r'(["\\])')


@dataclass(frozen=True, slots=True)
class _Template:
    """A series, ready to be filled in."""

    prefix: str
    """Measurement and tags, and the space behind them."""
    fields: tuple[tuple[str, Callable[[Value], str]], ...]
    """`key=` of each field, and what writes its value."""
    types: tuple[type, ...] | None
    """The types of the values of a whole record; None where a field is a text or a truth value."""
    integers: tuple[int, ...]
    """Where whole numbers stand."""
    whole: str
    """The line of a whole record, for `%` with its values, its quality and its time."""


def encode(record: Record) -> str:
    """Return the line of `record`, without a line end. Never raises for any value."""
    template, values = _template(record.series), record.values
    if tuple(map(type, values)) == template.types and _fit(values, template.integers):
        return template.whole % (*values, record.quality, record.time_ms)
    return _by_value(record, template)


def _fit(numbers: tuple[Any, ...], integers: tuple[int, ...]) -> bool:
    """Tell that all are finite and those at `integers` have 64 bits. May deny it, where floats are finite and huge."""
    for at in integers:
        if not -INTEGER_LIMIT <= numbers[at] < INTEGER_LIMIT:
            return False
    return isfinite(sum(numbers))  # no sum with NaN or infinity in it is finite


def _by_value(record: Record, template: _Template) -> str:
    values, quality = outgoing(record)
    fields = [
        key + write(value) for (key, write), value in zip(template.fields, values, strict=True) if value is not None
    ]
    fields.append(f"{QUALITY_FIELD}={int(quality)}i")
    return f"{template.prefix}{','.join(fields)} {record.time_ms}"


def body(records: Iterable[Record]) -> bytes:
    """Return the lines of `records` as they travel: UTF-8, joined by line feeds."""
    return "\n".join(map(encode, records)).encode()


@lru_cache(maxsize=65536)
def _template(series: Series) -> _Template:
    """Prepare a series; found again by its identity, which is how a `Series` compares."""
    tags = sorted({_name(key): _name(text) for key, text in series.tags.items()}.items())
    measurement = _MEASUREMENT_SYNTAX.sub(r"\\\1", _plain(series.measurement).lstrip("#")) or "_"
    prefix = ",".join([measurement, *(f"{key}={text}" for key, text in tags if key and text)])
    keys = [f"{_name(field.name) or '_'}=" for field in series.fields]
    kinds = [field.kind for field in series.fields]
    return _Template(
        f"{prefix} ",
        tuple((key, _WRITERS[kind]) for key, kind in zip(keys, kinds, strict=True)),
        tuple(_NUMBERS[kind][0] for kind in kinds) if _NUMBERS.keys() >= set(kinds) else None,
        tuple(at for at, kind in enumerate(kinds) if kind == "int"),
        _whole(prefix, keys, kinds),
    )


def _whole(prefix: str, keys: Sequence[str], kinds: Sequence[FieldKind]) -> str:
    percent = [text.replace("%", "%%") for text in (prefix, *keys)]
    formats = [_NUMBERS[kind][1] if kind in _NUMBERS else "" for kind in kinds]
    fields = [key + form for key, form in zip(percent[1:], formats, strict=True)]
    return f"{percent[0]} {','.join([*fields, f'{QUALITY_FIELD}=%di'])} %d"


def _plain(text: str) -> str:
    return _AMBIGUOUS_BACKSLASHES.sub("", clean(text))


def _name(text: str) -> str:
    """Escape a tag key, a tag value or a field key."""
    return _NAME_SYNTAX.sub(r"\\\1", _plain(text))


def _quoted(value: Value) -> str:
    escaped = _STRING_SYNTAX.sub(r"\\\1", str(value))
    return f'"{escaped}"'


_NUMBERS: Final[dict[FieldKind, tuple[type, str]]] = {"float": (float, "%r"), "int": (int, "%di")}
"""The type of a number, and how `%` writes it."""
_WRITERS: Final[dict[FieldKind, Callable[[Value], str]]] = {
    "float": repr,
    "int": lambda value: f"{value}i",
    "bool": lambda value: "true" if value else "false",
    "string": _quoted,
}
