"""Line protocol as `line_protocol` writes it → its parts. Pure.

It reads what this agent has written, so there is nothing to refuse: one time at the end, no doubt about a backslash.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rtu_agent.domain.record import Value

_PARTS: Final = re.compile(r"((?:[^\\ ]|\\.)+) (.+) (-?\d+)")
_NAME: Final = r"((?:[^\\,= ]|\\.)+)"
_MEASUREMENT: Final = re.compile(r"(?:[^\\, ]|\\.)+")
_TAG: Final = re.compile(rf",{_NAME}={_NAME}")
_FIELD: Final = re.compile(rf'{_NAME}=("(?:[^"\\]|\\.)*"|[^,]+)')
_ESCAPED: Final = re.compile(r"\\([,= ])")
_ESCAPED_IN_TEXT: Final = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Line:
    """A line, cut in three."""

    key: str
    """Measurement and tags: what tells one series from another."""
    fields: str
    time_ms: int


def cut(line: bytes) -> Line | None:
    """Return the parts of a line, None if it is not one of this agent's."""
    found = _PARTS.fullmatch(line.decode("utf-8", "replace"))
    return Line(found[1], found[2], int(found[3])) if found else None


def measurement(key: str) -> str:
    """Return the measurement of a series."""
    found = _MEASUREMENT.match(key)
    return _unescaped(found[0]) if found else ""


def tags(key: str) -> Mapping[str, str]:
    """Return the tags of a series."""
    found = _MEASUREMENT.match(key)
    return {_unescaped(name): _unescaped(text) for name, text in _TAG.findall(key, found.end() if found else 0)}


def values(fields: str) -> dict[str, Value]:
    """Return the values of a line by the names of their fields; of two with one name the last."""
    return {_unescaped(name): _value(text) for name, text in _FIELD.findall(fields)}


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name


def _value(text: str) -> Value:
    if text.startswith('"'):
        return _ESCAPED_IN_TEXT.sub(r"\1", text[1:-1])
    if text.endswith("i"):
        return int(text[:-1])
    if text in ("true", "false"):
        return text == "true"
    return float(text)
