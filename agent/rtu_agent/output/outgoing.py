"""What may leave the house: values that fit the kind of their field, text without anything that could break a line.

The last gate before any output. Text comes from devices and is hostile until it has passed here: a line feed in a
serial number would otherwise start a line of its own in the database.
"""

import math
from datetime import UTC, datetime
from typing import Final

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import FieldKind, Record, Value
from rtu_agent.domain.text import readable

LONGEST_TEXT: Final = 4096
"""Characters kept of a text: many times what a Modbus reply carries, and less than every server's limit."""
INTEGER_LIMIT: Final = 2**63
"""InfluxDB and SQLite both hold signed 64-bit integers."""


def clean(text: str) -> str:
    """Return `text` without what is not printable, at most `LONGEST_TEXT` long; it can be encoded as UTF-8."""
    return readable(text[: 2 * LONGEST_TEXT])[:LONGEST_TEXT]


def fit(value: Value | None, kind: FieldKind) -> Value | None:
    """Return `value` as a field of `kind` holds it, or None if it cannot: NaN, infinity, too wide, another kind."""
    match kind:
        case "float" if isinstance(value, int | float):
            return _finite(value)
        case "int" if isinstance(value, int):
            return int(value) if -INTEGER_LIMIT <= value < INTEGER_LIMIT else None
        case "bool" if isinstance(value, bool):
            return value
        case "string" if isinstance(value, str):
            return clean(value)
    return None


def outgoing(record: Record) -> tuple[list[Value | None], RecordQuality]:
    """Return the values of `record` as they may leave, and its quality: no longer good if one of them cannot."""
    values = [fit(value, field.kind) for field, value in zip(record.series.fields, record.values, strict=True)]
    if values.count(None) > record.values.count(None):
        return values, max(record.quality, RecordQuality.PARTIAL)
    return values, record.quality


def iso(time_ms: int) -> str:
    """Return a time in milliseconds since 1970 as ISO 8601 in UTC: `2026-11-18T12:00:00.000Z`."""
    seconds, ms = divmod(time_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03}Z"


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:  # an integer beyond the range of a float
        return None
    return number if math.isfinite(number) else None
