"""What a plain word means: the core schema of YAML 1.2.2 (section 10.3.2), and where YAML 1.1 would disagree.

The two versions read some plain words differently, and people have learnt either. Such a word is read as YAML 1.2
says, and reported, so that nobody has to know which version this is. Dates are text in the eyes of whoever writes
them and are not reported, although YAML 1.1 has a type for them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

Scalar = str | int | float | bool | None

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE_FALSE: Final = {
    form: word == "true" for word in ("true", "false") for form in (word, word.capitalize(), word.upper())
}
_YES_NO: Final = {
    form: value
    for word, value in {"yes": True, "on": True, "no": False, "off": False}.items()
    for form in (word, word.capitalize(), word.upper())
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER: Final = 40


def _sexagesimal(digits: str) -> float:
    total = 0.0
    for part in digits.lstrip("+-").split(":"):
        total = total * 60 + float(part)
    return -total if digits.startswith("-") else total


# YAML 1.1 as PyYAML, and with it most parsers in use, understands it. Underscores are taken out before the conversion.
_NUMBERS_11: Final[Sequence[tuple[re.Pattern[str], Callable[[str], int | float]]]] = (
    (re.compile(r"[-+]?0[0-7_]+"), lambda digits: int(digits, 8)),
    (re.compile(r"[-+]?(0b_*[01][01_]*|0|[1-9][0-9_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*)"), lambda digits: int(digits, 0)),
    (re.compile(r"([-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?"), float),
    (re.compile(r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+"), lambda digits: int(_sexagesimal(digits))),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*"), _sexagesimal),
)


@dataclass(frozen=True, slots=True)
class Surprise:
    """A plain word that two readers of YAML understand differently."""

    reading: str
    """What was read, and what YAML 1.1 would have made of it."""
    mend: str
    """How to write it so that everybody reads the same."""


def resolve(word: str) -> Scalar:
    """Return what YAML 1.2 makes of a plain word; what is longer than any number in use stays text."""
    if word in _NULL:
        return None
    if word in _TRUE_FALSE:
        return _TRUE_FALSE[word]
    if len(word) > _LONGEST_NUMBER:
        return word
    if _INTEGER.fullmatch(word):
        return int(word, 0 if word[:2] in ("0o", "0x") else 10)
    if _FLOAT.fullmatch(word):
        return float(word) if isfinite(float(word)) else word
    return float(word.replace(".", "")) if _NOT_FINITE.fullmatch(word) else word


def surprise(word: str) -> Surprise | None:
    """Return what is to be said about a plain word, if YAML 1.1 would have read it differently."""
    now, before = resolve(word), _resolve_11(word)
    if (type(now), now) == (type(before), before) or now != now:  # noqa: PLR0124 - not a number in both versions
        return None
    reading = f"{word} is read as {_described(now)}; YAML 1.1 would have made it {_described(before)}"
    ways = [_written(value) for value in (now, before) if not isinstance(value, str)] + [f'"{word}"']
    return Surprise(reading, f"write {' or '.join(ways)}, whichever is meant")


def _resolve_11(word: str) -> Scalar:
    if word in _YES_NO:
        return _YES_NO[word]
    for pattern, convert in _NUMBERS_11 if len(word) <= _LONGEST_NUMBER else ():
        if pattern.fullmatch(word):
            return convert(word.replace("_", ""))
    is_number_now = _INTEGER.fullmatch(word) or _FLOAT.fullmatch(word)
    return word if is_number_now else resolve(word)


def _described(value: Scalar) -> str:
    if isinstance(value, bool):
        return _written(value)
    return f'the text "{value}"' if isinstance(value, str) else f"the number {_written(value)}"


def _written(value: Scalar) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.1f}"
    return str(value).lower()
