"""A duration has a unit, and one that has none says how to write it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from rtu_agent.domain.duration import Seconds, duration_text, parse_duration


class Settings(BaseModel, strict=True):
    """Settings with a duration."""

    every: Seconds


def complaint(value: object) -> str:
    """Return what is said about a value."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"every": value})
    return str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5.0),
        ("500ms", 0.5),
        ("1m30s", 90.0),
        ("1h30m", 5400.0),
        ("30d", 2_592_000.0),
        ("0.5s", 0.5),
        ("1d2h3m4s5ms", 93_784.005),
        ("90m", 5400.0),
    ],
)
def test_a_duration_is_a_sum_of_numbers_with_units(text: str, seconds: float) -> None:
    """In text and in settings alike."""
    assert parse_duration(text) == pytest.approx(seconds)
    assert Settings.model_validate_json(f'{{"every": "{text}"}}').every == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "5sec", "5S", "1s1m", "5s5s", "-5s", "5 s", "1,5s", "s", "ms", "1e3s", "\u0665s"]
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    """The message shows the text and how to write it."""
    with pytest.raises(ValueError, match="is not a duration; write a number with its unit") as caught:
        parse_duration(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize("value", [5, 0.5, 500])
def test_a_bare_number_is_told_how_to_be_written(value: float) -> None:
    """Nobody has to guess whether 5 are seconds or minutes."""
    assert complaint(value) == f"a duration needs a unit: write {value}s for seconds, {value}ms for milliseconds"


@pytest.mark.parametrize("value", [True, None, [], {"s": 5}, float("nan"), float("inf")])
def test_what_is_no_text_is_no_duration(value: object) -> None:
    """True is an int to Python."""
    assert complaint(value).startswith("this is not a duration; write")


@pytest.mark.parametrize("value", ["0s", "0d0h", "0.0s"])
def test_zero_is_no_duration_in_settings(value: str) -> None:
    """Nothing is done every zero seconds."""
    assert complaint(value) == "a duration must be longer than zero"


@given(st.text(max_size=12))
def test_any_text_is_seconds_or_a_value_error(text: str) -> None:
    """No text gives another exception."""
    with suppress(ValueError):
        assert parse_duration(text) >= 0


@pytest.mark.parametrize("text", ["500ms", "5s", "1m30s", "15m", "1h", "30d", "2y", "1y1d1h1m1s1ms"])
def test_a_duration_is_written_as_it_was_read(text: str) -> None:
    """Names of buckets are made of it."""
    assert duration_text(parse_duration(text)) == text


def test_a_duration_without_length_is_seconds() -> None:
    """Shorter than a millisecond is nothing."""
    assert duration_text(0.0001) == "0s"
