"""Text from elsewhere is made harmless before anybody sees it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.text import LONGEST_MESSAGE, LONGEST_TEXT, clean_text, in_words, printable, readable, shortened
from support import hostile
from support.hostile import MuteError

# -- values ------------------------------------------------------------------------------------------------------------


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


@given(hostile.ANY)
def test_what_is_readable_is_printable(text: str) -> None:
    """Everything that prints is kept, in its order."""
    assert readable(text).isprintable()
    assert readable(text) == "".join(character for character in text if character.isprintable())


# -- messages ----------------------------------------------------------------------------------------------------------


@given(hostile.ANY)
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


@given(hostile.ANY, st.integers(0, 100))
def test_what_is_short_enough_is_left_alone(text: str, longest: int) -> None:
    """Otherwise its beginning stays."""
    assert shortened(text, len(text)) == text
    assert shortened(text, longest).startswith(text[:longest])


def test_a_long_message_is_cut_and_says_so() -> None:
    """64 KB from a driver or a server do not fill a log."""
    shown = printable("\x1b" * 65536)

    assert shown == "\\x1b" * LONGEST_MESSAGE + f"… ({65536 - LONGEST_MESSAGE} more)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no"), "ValueError: no"),
        (ValueError(), "ValueError"),
        (OSError("\x1b[2J\nline two"), r"OSError: \x1b[2J\nline two"),
        (UnicodeError("\udc80"), r"UnicodeError: \udc80"),
        (MuteError(), "MuteError: it cannot say what is wrong"),
        (type("E\x1b", (Exception,), {})(), r"E\x1b"),
    ],
)
def test_an_error_in_words(error: Exception, words: str) -> None:
    """Its kind and what it says, whatever it does when it is asked."""
    assert in_words(error) == words
