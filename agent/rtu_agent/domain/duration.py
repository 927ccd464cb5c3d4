"""Durations as people write them, always with their unit: `5s`, `500ms`, `1m30s`, `30d`, `2y` (years of 365 days)."""

import re
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

_UNITS: Final = {"y": 31_536_000.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER: Final = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_DURATION: Final = re.compile("".join(f"(?:{_NUMBER}{unit}(?![a-z]))?" for unit in _UNITS))
_HOW: Final = "write a number with its unit (ms, s, m, h, d or y), such as 500ms, 5s or 1m30s"


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as `500ms`, `5s`, `1m30s` or `30d`.

    Units are y, d, h, m, s and ms, each at most once, the longest first, without spaces.

    Raises:
        ValueError: `text` is no duration; the message says how to write one.
    """
    found = _DURATION.fullmatch(text)
    if not text or not found:
        raise ValueError(f"'{text}' is not a duration; {_HOW}")
    return sum(float(number) * unit for number, unit in zip(found.groups(), _UNITS.values(), strict=True) if number)


def duration_text(seconds: float) -> str:
    """Return the duration as it is written: `15m`, `1m30s`; rounded to milliseconds."""
    milliseconds = round(1000 * seconds)
    parts = []
    for name, size in _UNITS.items():
        count, milliseconds = divmod(milliseconds, round(1000 * size))
        parts += [f"{count}{name}"] if count else []
    return "".join(parts) or "0s"


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        raise ValueError(f"a duration needs a unit: write {value}s for seconds, {value}ms for milliseconds")
    if not isinstance(value, str):
        raise ValueError(f"this is not a duration; {_HOW}")  # noqa: TRY004 - pydantic takes a ValueError
    seconds = parse_duration(value)
    if seconds <= 0:
        raise ValueError("a duration must be longer than zero")
    return seconds


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(\d+(\.\d+)?(y|d|h|m|s|ms))+$",
            "examples": ["500ms", "5s", "1m30s", "30d"],
        }
    ),
]
"""A duration in settings: seconds, more than zero; written with a unit. A bare number is an error that says how."""
