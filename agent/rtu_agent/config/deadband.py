"""Deadbands as an entry gives them: an amount, or a part of the value."""

import re
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from rtu_agent.normalize.deadband import Deadband

_SHARE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
_HOW: Final = "a deadband is an amount in the unit that is stored, such as 0.5, or a part of the value, such as 2%"


def parse_deadband(value: Any) -> Deadband:
    """Return the deadband that `0.5` or `2%` stands for.

    Raises:
        ValueError: it stands for none, or for all there is.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0:
        return Deadband(amount=float(value))
    if isinstance(value, str) and (found := _SHARE.fullmatch(value)) and float(found[1]) < 100:  # noqa: PLR2004 - percent
        return Deadband(share=float(found[1]) / 100)
    raise ValueError(_HOW)


Band = Annotated[
    Deadband,
    BeforeValidator(parse_deadband),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d{1,2}(\.\d+)? ?%$"}],
            "examples": [0.5, "2%"],
        }
    ),
]
"""A deadband in settings."""
