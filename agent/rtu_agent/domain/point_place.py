"""Where the values of a field come from, for whoever looks at a device; polling it needs none of this."""

from collections.abc import Callable
from dataclasses import dataclass

from rtu_agent.domain.record import Field, Value

Meaning = Callable[[Value], tuple[str, ...]]


def no_meaning(_: Value) -> tuple[str, ...]:
    """Return nothing: the value is a number and not a code."""
    return ()


@dataclass(frozen=True, slots=True)
class PointPlace:
    """One field of a device's records, and the registers it is made of."""

    field: Field
    group: str
    table: str = ""
    """Empty where the value is computed from others."""
    address: int | None = None
    """Zero-based address on the wire of its first item; None where it is computed."""
    count: int = 0
    """How many items are read for it."""
    meaning: Meaning = no_meaning
    """Returns what people call a code, or each flag that is set."""
