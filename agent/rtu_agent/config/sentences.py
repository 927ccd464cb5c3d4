"""What is wrong with a value, in a sentence for whoever wrote it.

The validator knows types and limits; a site electrician knows keys and values. Each of the validator's error types has
its sentence here. A validator of our own that raises `ValueError` speaks for itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Final, get_args

from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from rtu_agent.domain.document import did_you_mean
from rtu_agent.domain.strict_yaml.scalar import resolve

NO_VALUE: Final = "there is no value here; write one or delete the key"

_USER_OF_URL: Final = re.compile(r"://[^/\s]*@")
_LONGEST_SHOWN: Final = 40
_MOST_LISTED: Final = 12


def listed(words: Iterable[str]) -> str:
    """Return `a, b, c`, or the first few and how many more there are."""
    words = sorted(words)
    more = len(words) - _MOST_LISTED
    return ", ".join(words[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def sentence(error: ErrorDetails, subject: str, example: str) -> str:
    """Return what to say about one error of the validator.

    `subject` is what the value is called; `example` is one that would do, or empty.
    """
    value, kind, limits = error["input"], error["type"], error.get("ctx", {})
    if kind == "value_error" or kind not in _KINDS_OF_VALIDATOR:
        own = str(limits.get("error", error["msg"]))
        return own if own.startswith(subject) else f"{subject}: {own}"
    if value is None:
        return f"{subject}: {NO_VALUE}"
    if kind not in _SENTENCES:
        return f"{subject} has not the right form" + (f"; write it like {example}" if example else "")
    return f"{subject} {_SENTENCES[kind](value, limits)}"


def holds_password(value: Any) -> bool:
    """Return whether a value is a URL with a user, and maybe a password, in it."""
    return isinstance(value, str) and _USER_OF_URL.search(value) is not None


def shown(value: Any) -> str:
    """Return how a value is called in a sentence; never with the user of a URL."""
    if isinstance(value, str):
        value = _USER_OF_URL.sub("://…@", value)
        text = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
        return f"'{text}'"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value).lower()


def _must_be_text(value: Any, _: Mapping[str, Any]) -> str:
    if isinstance(value, dict | list):
        return f"must be text, not {shown(value)}"
    return f'must be text, not {shown(value)}; put it in quotes: "{shown(value)}"'


def _must_be_one_of(value: Any, limits: Mapping[str, Any]) -> str:
    choices = str(limits["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
    wanted = " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
    meant = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"must be {wanted}, not {shown(value)}{_unquoted(value) if value in choices else meant}"


def _must_be_number(what: str) -> "_Sentence":
    def say(value: Any, _: Mapping[str, Any]) -> str:
        return f"must be {what}, not {shown(value)}{_unquoted(value) if _is_number(value) else ''}"

    return say


def _must_be(what: str) -> "_Sentence":
    def say(value: Any, limits: Mapping[str, Any]) -> str:
        plain = {
            name: int(limit) if limit == int(limit) else limit for name, limit in limits.items() if _is_real(limit)
        }
        return f"must be {what.format(**{**limits, **plain})}, not {shown(value)}"

    return say


def _must_have(bound: str, limit: str, one: str, many: str) -> "_Sentence":
    return lambda _, limits: f"must have at {bound} {limits[limit]} {one if limits[limit] == 1 else many}"


def _is_real(limit: Any) -> bool:
    return isinstance(limit, int | float) and isfinite(limit)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and isinstance(resolve(value), int | float)


def _unquoted(value: Any) -> str:
    return f"; write {value} without quotes"


_Sentence = Callable[[Any, Mapping[str, Any]], str]

_KINDS_OF_VALIDATOR: Final = frozenset(get_args(ErrorType))

_SENTENCES: Final[Mapping[str, _Sentence]] = {
    **dict.fromkeys(("string_type", "path_type"), _must_be_text),
    **dict.fromkeys(("literal_error", "enum"), _must_be_one_of),
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing"), _must_be_number("a whole number")),
    **dict.fromkeys(("float_type", "float_parsing"), _must_be_number("a number")),
    **dict.fromkeys(("bool_type", "bool_parsing"), _must_be("true or false")),
    **dict.fromkeys(("dict_type", "model_type"), _must_be("a mapping (key: value)")),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), _must_be("a list")),
    **dict.fromkeys(("url_type", "url_parsing", "url_scheme"), _must_be("a URL such as http://localhost:8086")),
    "greater_than": _must_be("more than {gt}"),
    "greater_than_equal": _must_be("at least {ge}"),
    "less_than": _must_be("less than {lt}"),
    "less_than_equal": _must_be("at most {le}"),
    "finite_number": _must_be("a finite number"),
    "string_too_short": _must_have("least", "min_length", "character", "characters"),
    "string_too_long": _must_have("most", "max_length", "character", "characters"),
    "too_short": _must_have("least", "min_length", "entry", "entries"),
    "too_long": _must_have("most", "max_length", "entry", "entries"),
}
