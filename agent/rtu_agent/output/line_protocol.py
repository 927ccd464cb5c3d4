"""Records → InfluxDB line protocol, the language of the spool.

    energy_meter,bus=floor1,device=main,site=plant-a voltage_l1_n_v=230.1,status_code=3i,quality=0i 1795000000000

What all records of a series share is escaped once and kept as its template. A value that is missing, or that its field
cannot hold, is left out; a float is always written as a float, so that the type of a field never flips. `quality` comes
last and is always there. Times are milliseconds.

Syntax: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rtu_agent.domain.record import QUALITY_FIELD, FieldKind, Record, Series, Value
from rtu_agent.output.outgoing import clean, outgoing

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


def encode(record: Record) -> str:
    """Return the line of `record`, without a line end. Never raises for any value."""
    template = _template(record.series)
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
    fields = ((f"{_name(field.name) or '_'}=", _WRITERS[field.kind]) for field in series.fields)
    return _Template(f"{prefix} ", tuple(fields))


def _plain(text: str) -> str:
    return _AMBIGUOUS_BACKSLASHES.sub("", clean(text))


def _name(text: str) -> str:
    """Escape a tag key, a tag value or a field key."""
    return _NAME_SYNTAX.sub(r"\\\1", _plain(text))


def _quoted(value: Value) -> str:
    escaped = _STRING_SYNTAX.sub(r"\\\1", str(value))
    return f'"{escaped}"'


_WRITERS: Final[dict[FieldKind, Callable[[Value], str]]] = {
    "float": repr,
    "int": lambda value: f"{value}i",
    "bool": lambda value: "true" if value else "false",
    "string": _quoted,
}
