"""Names that people give: they end up in metrics, series, file names and URLs, so they are kept plain."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema

UNIT_PLACE: Final = "{unit}"
"""Stands in a device name for the unit of each device, where an entry makes several."""

RESERVED_TAGS: Final = frozenset({"site", "bus", "device", "quality", "time"})
"""What every record already has under that name."""

_LONGEST_NAME: Final = 64
_LONGEST_VALUE: Final = 128
_NAME: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
_TAG_KEY: Final = r"[A-Za-z][A-Za-z0-9_]*"
_TEMPLATE: Final = r"([A-Za-z0-9]|\{unit\})([A-Za-z0-9._-]|\{unit\})*"
_RULE: Final = (
    f"use up to {_LONGEST_NAME} letters (a-z), digits, '.', '_' and '-', with a letter or digit first and last"
)


def _check_name(name: str) -> str:
    if not is_name(name):
        raise ValueError(f"'{name}' cannot be a name: {_RULE}")
    return name


def is_name(name: str) -> bool:
    """Return whether `name` can be one."""
    return len(name) <= _LONGEST_NAME and re.fullmatch(_NAME, name) is not None


def _check_template(name: str) -> str:
    filled = name.replace(UNIT_PLACE, "247")
    if "{" in filled or "}" in filled:
        raise ValueError(f"the only thing in braces that a name may have is {UNIT_PLACE}")
    _check_name(filled)
    return name


def _check_tag_key(key: str) -> str:
    if key.casefold() in RESERVED_TAGS:
        raise ValueError(f"every record has a '{key}' of its own; give this tag another name")
    if len(key) > _LONGEST_NAME or not re.fullmatch(_TAG_KEY, key):
        rule = f"use up to {_LONGEST_NAME} letters (a-z), digits and '_', with a letter first"
        raise ValueError(f"'{key}' cannot be the name of a tag: {rule}")
    return key


def _check_tag_value(value: str) -> str:
    if not value or value != value.strip() or value.endswith("\\") or not value.isprintable():
        rule = "no line breaks, no space at either end, no backslash at the end, and not empty"
        raise ValueError(f"the value of a tag is one line of plain text: {rule}")
    if len(value) > _LONGEST_VALUE:
        raise ValueError(f"the value of a tag has at most {_LONGEST_VALUE} characters")
    return value


Name = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$", "maxLength": _LONGEST_NAME}),
]
"""A name of a site, a bus, a device or an output."""

NameTemplate = Annotated[
    str, AfterValidator(_check_template), WithJsonSchema({"type": "string", "pattern": f"^{_TEMPLATE}$"})
]
"""A name of a device, or of several with `{unit}` in it."""

TagKey = Annotated[
    str,
    AfterValidator(_check_tag_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_TAG_KEY}$", "not": {"enum": sorted(RESERVED_TAGS)}}),
]
TagValue = Annotated[
    str,
    AfterValidator(_check_tag_value),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _LONGEST_VALUE}),
]
