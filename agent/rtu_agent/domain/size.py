"""Sizes of data as people write them, always with their unit: `64MiB`, `2GiB`."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

_UNITS: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SIZE: Final = re.compile(r"([0-9]{1,6})(KiB|MiB|GiB|TiB)")
_FEWEST: Final = 10
_HOW: Final = "write a whole number with its unit (KiB, MiB, GiB or TiB), such as 64MiB or 2GiB"


def parse_size(text: str) -> int:
    """Return the bytes of a size such as `64MiB`.

    Raises:
        ValueError: `text` is no size; the message says how to write one.
    """
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is not a size; {_HOW}")
    return int(found[1]) * _UNITS[found[2]]


def size_text(size: int) -> str:
    """Return a size as it is written, `1945MiB`: rounded down to a whole number, of two digits at least."""
    unit = next((name for name, unit in reversed(_UNITS.items()) if size >= _FEWEST * unit), "KiB")
    return f"{size // _UNITS[unit]}{unit}"


def _bytes(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"this is not a size; {_HOW}")  # noqa: TRY004 - pydantic takes a ValueError
    size = parse_size(value)
    if size == 0:
        raise ValueError("a size must be larger than zero")
    return size


Bytes = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$", "examples": ["64MiB", "2GiB"]}),
]
"""A size in settings: bytes, more than zero; written with a unit."""
