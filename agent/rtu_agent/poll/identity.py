"""What a device is, as text: one meter has a number for a serial number, another has letters; both share a column.

A database refuses a column whose type changes from device to device, so identity is always text.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rtu_agent.domain.record import Field, Value
from rtu_agent.normalize.decode import Decoded


def text_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Return the same columns, holding text."""
    return tuple(replace(field, kind="string") for field in fields)


def as_text(decode: Callable[[Sequence[bytes | None]], Decoded]) -> Callable[[Sequence[bytes | None]], Decoded]:
    """Return a decoder that gives the values of `decode` as text."""

    def decode_as_text(payloads: Sequence[bytes | None]) -> Decoded:
        decoded = decode(payloads)
        return replace(decoded, values=tuple(None if value is None else _text(value) for value in decoded.values))

    return decode_as_text


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
