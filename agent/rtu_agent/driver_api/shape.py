"""Which arguments there are, and what each must look like. Strict: neither a text nor a truth value is a number."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import ConfigDict, Strict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.hints import SENTENCE

_PLAIN: Final = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "mapping_type": "a mapping",
    "dict_type": "a mapping",
}
"""What was expected, by the validator's name for the error."""


class Shape:
    """The arguments of one thing by name, made from type hints. A list may stand for a tuple, as it does in YAML."""

    def __init__(self, thing: str, optional: Mapping[str, Any], required: Mapping[str, Any] | None = None) -> None:
        self._thing = thing
        self.required = tuple(required or ())
        self._adapters = {key: _adapter(hint) for key, hint in {**(required or {}), **optional}.items()}

    def sift(self, arguments: Mapping[str, Any], point: str | None = None) -> tuple[dict[str, Any], list[Flaw]]:
        """Return the arguments that are as they must be, and what is wrong with or instead of the others."""
        flaws = [Flaw(f"'{key}' is missing", point, (key,)) for key in self.required if key not in arguments]
        sound = {}
        for key, value in arguments.items():
            if key not in self._adapters:
                known = did_you_mean(str(key), self._adapters)
                flaws.append(Flaw(f"'{key}' is not an option of {self._thing}{known}", point, (key,), at_name=True))
                continue
            try:
                sound[key] = self._adapters[key].validate_python(value)
            except ValidationError as error:
                flaws += [_flaw(key, detail, point) for detail in error.errors(include_url=False)]
        return sound, flaws

    def knows(self, key: str) -> bool:
        """Return whether there is an argument of that name."""
        return key in self._adapters

    def schemas(self) -> dict[str, Any]:
        """Return the JSON Schema of each argument."""
        return {key: adapter.json_schema() for key, adapter in self._adapters.items()}


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(_any_container(hint), config=ConfigDict(strict=True))


def _any_container(hint: Any) -> Any:
    """Return `hint` with tuples that may be lists and mappings that may be frozen; what is inside stays strict."""
    if get_origin(hint) is Sequence:
        hint = tuple.__class_getitem__((_any_container(get_args(hint)[0]), ...))
    return Annotated[hint, Strict(strict=False)] if get_origin(hint) in (tuple, Mapping) else hint


def _flaw(key: str, detail: ErrorDetails, point: str | None) -> Flaw:
    path = (key, *(part for part in detail["loc"] if part != "[key]"))
    at_name = "[key]" in detail["loc"]
    return Flaw(_words(".".join(map(str, path)), detail), point, path, at_name=at_name)


def _words(option: str, detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail["input"]
    if kind in ("missing", "too_long"):
        return f"{option.partition('.')[0]} must be two values, not {given!r}"
    if kind == SENTENCE:
        return f"{option} {detail['msg']}"
    if kind == "value_error":
        return f"{option}: {detail['msg'].removeprefix('Value error, ')}"
    if kind == "literal_error":
        expected = detail["ctx"]["expected"]
        known = re.findall("'(.+?)'", expected)
        return f"{option} must be {expected}, not {given!r}{did_you_mean(str(given), known)}"
    return f"{option} must be {_PLAIN.get(kind, detail['msg'].removeprefix('Input should be '))}, not {given!r}"
