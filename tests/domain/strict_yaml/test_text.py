"""Bytes from a disk become text with the same positions, and bad characters are named where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.strict_yaml.text import REPLACEMENT, SIZE_LIMIT, clean


def test_a_byte_order_mark_and_foreign_line_ends_are_no_problem() -> None:
    """Windows editors write both."""
    assert clean(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n", "f") == ("a: 1\nb: 2\nc: 3\n", [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_explained(encoding: str) -> None:
    """What an old Notepad calls Unicode is full of zeros."""
    text, problems = clean("version: 1\n".encode(encoding), "f")

    assert text == ""
    assert [problem.message for problem in problems] == [
        "the file is saved as UTF-16 (Windows calls it Unicode); save it as UTF-8"
    ]


def test_a_byte_that_is_not_utf_8_is_named_once_with_its_place() -> None:
    """A file in a Korean code page has such bytes in many lines."""
    _, problems = clean("a: 1\nb: 전력\nc: 공장\n".encode("cp949"), "f")

    assert [(p.line, p.column, p.message) for p in problems] == [
        (2, 4, "byte 0xC0 is not UTF-8 text; save the file as UTF-8")
    ]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufffd", "\ufffe"])
def test_a_control_character_is_refused_and_keeps_its_place(character: str) -> None:
    """Line breaks that no editor shows would shift every position behind them."""
    text, problems = clean(f"a: 1\nb:{character}2\n", "f")

    assert text == f"a: 1\nb:{REPLACEMENT}2\n"
    assert [(p.line, p.column) for p in problems] == [(2, 3)]
    assert f"U+{ord(character):04X}" in problems[0].message


@pytest.mark.parametrize("character", ["\xa0", "\u200b", "\u3000", "\ufeff"])
def test_an_invisible_character_is_refused_where_it_can_do_harm(character: str) -> None:
    """Copied from a web page it would become part of a name."""
    text, problems = clean(f"a: 1\nport:{character}COM3  # a{character}comment\n", "f")

    assert text.split("\n")[1].startswith("port: COM3")
    assert [(p.line, p.column) for p in problems] == [(2, 6)]


def test_an_invisible_character_in_a_comment_is_nobodys_business() -> None:
    """Comments are for people."""
    assert clean("a: 1  # 5\xa0V\n#\xa0b\n", "f")[1] == []


def test_a_file_that_is_too_big_is_not_read() -> None:
    """Somebody named the wrong file."""
    text, problems = clean(b"a" * (SIZE_LIMIT + 1), "f")

    assert text == ""
    assert "1 MiB" in problems[0].message


@given(st.binary(max_size=200))
def test_any_bytes_become_text_or_problems(data: bytes) -> None:
    """What comes out can always be parsed, shown and encoded."""
    text, problems = clean(data, "f")

    assert "\r" not in text
    assert (REPLACEMENT not in text) or problems
    text.encode()
