"""Suggestions help with what people really mistype, and keep quiet when nothing is near."""

import pytest

from rtu_agent.domain.problem import closest, did_you_mean

KEYS = ["port", "baudrate", "parity", "stop_bits", "timeout"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("pariti", "parity"),
        ("Parity", "parity"),
        ("stop-bits", "stop_bits"),
        ("stopbits", "stop_bits"),
        ("time out", "timeout"),
        ("baud_rate", "baudrate"),
        ("prt", "port"),
        ("xyz", None),
        ("", None),
    ],
)
def test_the_closest_known_word_is_found_or_none(word: str, meant: str | None) -> None:
    """Case and the sign between words are what people vary first."""
    assert closest(word, KEYS) == meant


def test_the_suggestion_is_a_part_of_a_sentence() -> None:
    """Nothing is said when nothing is near."""
    assert did_you_mean("pariti", KEYS) == ", did you mean 'parity'?"
    assert did_you_mean("xyz", KEYS) == ""
    assert did_you_mean("pariti", []) == ""
