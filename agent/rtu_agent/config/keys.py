"""Keys of a mapping: which there are, and which one a misspelt key is meant to be."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel

from rtu_agent.config.sentences import listed
from rtu_agent.domain.problem import closest

_WORDS_OF_OTHERS: Final = {
    word: key
    for key, words in {
        "unit": "slave slave_id slaveid station address id unit_id modbus_id",
        "baudrate": "baud speed bps",
        "port": "device path tty serial_port",
        "driver": "model type template",
        "interval": "poll_interval period scan_rate every",
    }.items()
    for word in words.split()
}
"""What other programs call our keys."""

_NOT_NEEDED: Final = {
    **dict.fromkeys(
        ("data_bits", "databits", "bytesize", "byte_size"), "Modbus RTU always has 8 data bits; delete this key"
    ),
    "rts_after_send": "it is always the opposite of rts_on_send; delete this key",
}


def suggested(key: str, known: Iterable[str]) -> str | None:
    """Return which of the known keys `key` probably is meant to be."""
    known = list(known)
    if (other := _WORDS_OF_OTHERS.get(key.casefold().replace("-", "_"))) in known:
        return other
    return closest(key, known)


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return what to say about a key that means nothing where it stands."""
    known = list(known)
    if hint := _NOT_NEEDED.get(key.casefold()):
        return f"unknown key '{key}': {hint}"
    if meant := suggested(key, known):
        return f"unknown key '{key}', did you mean '{meant}'?"
    return f"unknown key '{key}'; the keys here are {listed(known)}"


def keys_at(model: type[BaseModel], steps: Sequence[str | int]) -> list[str]:
    """Return the keys that `model` knows in the mapping at `steps` below it."""
    inner = _model_at(model, steps)
    return list(inner.model_fields) if inner else []


def example_at(model: type[BaseModel], steps: Sequence[str | int]) -> str:
    """Return an example of the value at `steps` below `model`, or an empty string."""
    inner = _model_at(model, steps[:-1]) if steps else None
    field = inner.model_fields.get(str(steps[-1])) if inner else None
    return str(field.examples[0]) if field and field.examples else ""


def _model_at(model: type[BaseModel], steps: Sequence[str | int]) -> type[BaseModel] | None:
    for step in steps:
        field = model.model_fields.get(str(step))
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return None
        model = inner
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
