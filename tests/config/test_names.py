"""Names and tags are such that no output, metric, path or URL has to escape or refuse them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rtu_agent.config.names import RESERVED_TAGS, Name, NameTemplate, TagKey, TagValue, is_name


def takes(kind: object, value: str) -> bool:
    """Return whether a value is taken."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", ["a", "plant-a", "Floor.1_b", "7", "x" * 64])
def test_a_plain_name_is_a_name(name: str) -> None:
    """Letters, digits and three signs."""
    assert takes(Name, name)
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", " a", "a b", "-a", "a.", ".", "..", "a/b", "a\\b", "a,b", "전력", "x" * 65, "a\n", "{unit}"]
)
def test_anything_else_is_none(name: str) -> None:
    """Directories above, commas of line protocol, dots at the end that Windows loses."""
    assert not takes(Name, name)
    assert not is_name(name)


@pytest.mark.parametrize(
    ("name", "right"), [("a-{unit}", True), ("{unit}", True), ("a", True), ("{unit}x{unit}", True)]
)
def test_a_template_has_the_unit_in_braces(name: str, right: bool) -> None:
    """Any number of times."""
    assert takes(NameTemplate, name) is right


@pytest.mark.parametrize("name", ["a-{units}", "a-{}", "a-{unit", "a-unit}", "a-{unit:02}", "{{unit}}", "-{unit}"])
def test_nothing_else_is_a_template(name: str) -> None:
    """It is no format language."""
    assert not takes(NameTemplate, name)


@pytest.mark.parametrize("key", [*RESERVED_TAGS, "Site", "BUS", "_x", "1a", "a b", "a-b", "a.b", "", "é"])
def test_a_tag_is_not_what_a_record_has_already(key: str) -> None:
    """Nor what InfluxDB keeps for itself, nor what has to be escaped."""
    assert not takes(TagKey, key)


@given(st.text(max_size=20))
def test_the_value_of_a_tag_survives_line_protocol(value: str) -> None:
    """No line break, nothing unprintable, no backslash at the end, and no empty tag value, which is an error there."""
    if takes(TagValue, value):
        assert value.isprintable()
        assert re.fullmatch(r"\S(.*[^\s\\])?|[^\s\\]", value)
