"""Type hints that pydantic cannot make from those of the author's words: each value with a sentence of its own."""

from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from rtu_agent.driver_api.declaration import Declaration, Declared, DerivedDeclaration, FactorDeclaration

SENTENCE: Final = "sentence"
"""The kind of an error whose message follows the name of the option."""

_NAME: Final = {"type": "string", "pattern": "^_?[a-z][a-z0-9_]*$"}
_LONGEST_AT: Final = 16


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _at(value: object) -> object:
    if _is_whole(value):
        return value
    if isinstance(value, tuple | list) and 1 < len(value) <= _LONGEST_AT and all(map(_is_whole, value)):
        return tuple(value)
    raise PydanticCustomError(SENTENCE, "must be a whole number, not {value}", {"value": repr(value)})


def _scale(value: object) -> object:
    parts = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not parts:
        raise PydanticCustomError(SENTENCE, "must be numbers and factors, not {value}", {"value": repr(value)})
    for part in parts:
        if isinstance(part, Declared) and not isinstance(part, FactorDeclaration):
            raise PydanticCustomError(SENTENCE, "must be a number or a factor, not a point")
        if isinstance(part, bool) or not isinstance(part, int | float | FactorDeclaration):
            raise PydanticCustomError(SENTENCE, "must be a number, not {value}", {"value": repr(part)})
    return parts


def _signal(value: object) -> object:
    if isinstance(value, Declaration | DerivedDeclaration):
        return value
    raise PydanticCustomError(SENTENCE, "must be a point of this driver, not {value}", {"value": repr(value)})


def _signals(value: object) -> object:
    if isinstance(value, tuple | list) and value:
        return tuple(map(_signal, value))
    raise PydanticCustomError(SENTENCE, "must be points of this driver, not {value}", {"value": repr(value)})


def _method(value: object) -> object:
    if callable(value):
        return value
    raise PydanticCustomError(SENTENCE, "must be a method, not {value}", {"value": repr(value)})


_WHOLE: Final = {"type": "integer"}
_FACTOR: Final = {"anyOf": [{"type": "number"}, _NAME]}

AT: Final[Any] = Annotated[
    Any,
    PlainValidator(_at),
    WithJsonSchema({"anyOf": [_WHOLE, {"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": _LONGEST_AT}]}),
]
SCALE: Final[Any] = Annotated[
    Any,
    PlainValidator(_scale),
    WithJsonSchema({"anyOf": [*_FACTOR["anyOf"], {"type": "array", "items": _FACTOR, "minItems": 1}]}),
]
SIGNAL: Final[Any] = Annotated[Any, PlainValidator(_signal), WithJsonSchema(_NAME)]
SIGNALS: Final[Any] = Annotated[
    Any, PlainValidator(_signals), WithJsonSchema({"type": "array", "items": _NAME, "minItems": 1})
]
METHOD: Final[Any] = Annotated[Any, PlainValidator(_method), WithJsonSchema({"not": {}})]
