"""Units as an entry gives them: one, a range, or a list of both."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

LOWEST_UNIT: Final = 1
HIGHEST_UNIT: Final = 247
"""Source: MODBUS over Serial Line Specification V1.02, section 2.2: 0 is broadcast, 248 to 255 are reserved."""
HIGHEST_RESERVED: Final = 255
"""Some devices answer at a reserved address all the same; whether this one does is known to its driver."""

_RANGE: Final = re.compile(r"([0-9]{1,5})(?: *- *([0-9]{1,5}))?")


def parse_units(value: Any) -> tuple[int, ...]:
    """Return the units that `5`, `2-16` or `[2, 5-7]` stand for, in that order.

    Raises:
        ValueError: it stands for none, for one twice, or for one outside 1 to 255.
    """
    units: dict[int, None] = {}
    for item in value if isinstance(value, list) else [value]:
        for unit in _expand(item):
            if unit in units:
                raise ValueError(f"unit {unit} stands here twice")
            units[unit] = None
    if not units:
        raise ValueError("the list of units is empty")
    return tuple(units)


def _expand(item: Any) -> Iterator[int]:
    if isinstance(item, int) and not isinstance(item, bool):
        first = last = item
    elif isinstance(item, str) and (found := _RANGE.fullmatch(item)):
        first, last = int(found[1]), int(found[2] or found[1])
    else:
        raise ValueError("a unit is a number from 1 to 247, a range such as 2-16, or a list such as [2, 5-7]")
    for unit in (first, last):
        if not LOWEST_UNIT <= unit <= HIGHEST_RESERVED:
            raise ValueError(outside(unit))
    if first > last:
        raise ValueError(f"the range {first}-{last} runs backwards; write {last}-{first}")
    yield from range(first, last + 1)


def outside(unit: int) -> str:
    """Return what is wrong with a unit that no device has."""
    return f"unit {unit} is outside {LOWEST_UNIT} to {HIGHEST_UNIT}"


_ONE: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "integer", "minimum": LOWEST_UNIT, "maximum": HIGHEST_RESERVED},
        {"type": "string", "pattern": r"^\d+\s*-\s*\d+$"},
    ]
}

Units = Annotated[
    tuple[int, ...],
    BeforeValidator(parse_units),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE, "minItems": 1}]}),
]
"""The units of an entry, expanded."""
