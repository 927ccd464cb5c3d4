"""Text from elsewhere cannot break a line or steer a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.telemetry.printable import printable


@given(st.text())
def test_nothing_that_does_not_print_is_left(text: str) -> None:
    """Whatever comes in, what goes out is one printable line."""
    assert printable(text).isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_is_left_alone(text: str) -> None:
    """People's own words, in any language, are not touched."""
    assert text == printable(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\nlines", r"two\nlines"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202egnp", r"\u202egnp"),
        ("a\u2028b", r"a\u2028b"),
        ("\udc80", r"\udc80"),
    ],
)
def test_the_escape_says_what_was_there(text: str, expected: str) -> None:
    """A reader can tell which character it was."""
    assert expected == printable(text)
