"""Text from a device is made harmless before anybody sees it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.driver_api.text import LONGEST_TEXT, clean_text, fit_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"SDM120", "SDM120"),
        (b"PM5340\0\0\0\0", "PM5340"),
        (b"V 1.2   ", "V 1.2"),
        (b"  left", "left"),
        (b"one\0two", "one"),
        (b"\0\0\0\0", ""),
        (b"", ""),
        (b"a\r\nb\tc", "abc"),
        (b"\x1b[31mred\x1b[0m", "[31mred[0m"),
        (b"\x7f\x08del", "del"),
        ("25 °C".encode(), "25 °C"),
        ("전력계".encode(), "전력계"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("a\u202egnp.exe\u2066b".encode(), "agnp.exeb"),
        ("a\u2028b\u00a0c\u200bd\ufeff".encode(), "abcd"),
    ],
)
def test_what_a_person_can_read_is_kept(data: bytes, text: str) -> None:
    """Padding, controls, escapes, and what turns or hides text are dropped."""
    assert clean_text(data) == text


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_a_harmless_line(data: bytes) -> None:
    """A hostile device cannot move a cursor, break a line, or fill a log."""
    text = clean_text(data)

    assert len(text) <= LONGEST_TEXT
    assert text == text.strip()
    assert all(character == " " or unicodedata.category(character)[0] not in "CZ" for character in text)
    assert text.encode().decode() == text


def test_a_long_text_is_cut() -> None:
    """What is kept has a bound, and still ends without a space."""
    assert clean_text(b"x" * (LONGEST_TEXT - 1) + b" yyy") == "x" * (LONGEST_TEXT - 1)


def test_a_text_fills_its_registers() -> None:
    """It is filled up with NUL."""
    assert fit_text("V1", 4) == b"V1\0\0"


def test_a_text_that_is_too_long_is_refused() -> None:
    """Bytes count, not characters."""
    with pytest.raises(ValueError, match="needs 5 bytes, there are 4"):
        fit_text("25°C", 4)
