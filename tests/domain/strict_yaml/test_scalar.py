"""Plain words mean what YAML 1.2 says, and every word that YAML 1.1 reads differently is noticed."""

import math
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.strict_yaml.scalar import resolve, surprise

CORE = [
    ("", None),
    ("~", None),
    ("null", None),
    ("true", True),
    ("False", False),
    ("0", 0),
    ("-12", -12),
    ("+5", 5),
    ("010", 10),
    ("0o17", 15),
    ("0x1F", 31),
    ("1.5", 1.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("no", "no"),
    ("on", "on"),
    ("1:30", "1:30"),
    ("1_000", "1_000"),
    ("0b11", "0b11"),
    ("-0x1F", "-0x1F"),
    ("2-16", "2-16"),
    ("1e999", "1e999"),
    ("2024-05-01", "2024-05-01"),
    ("9" * 50, "9" * 50),
]


@pytest.mark.parametrize(("word", "value"), CORE)
def test_a_plain_word_is_read_as_yaml_1_2_says(word: str, value: object) -> None:
    """Type and value, since True is 1 and 1 is 1.0 to a comparison."""
    assert (type(resolve(word)), resolve(word)) == (type(value), value)


def test_nan_is_a_number() -> None:
    """It is the one value that no comparison finds."""
    assert math.isnan(resolve(".nan"))


@pytest.mark.parametrize(
    ("word", "now", "before", "mend"),
    [
        ("no", 'the text "no"', "false", 'write false or "no"'),
        ("On", 'the text "On"', "true", 'write true or "On"'),
        ("010", "the number 10", "the number 8", 'write 10 or 8 or "010"'),
        ("1:30", 'the text "1:30"', "the number 90", 'write 90 or "1:30"'),
        ("1e3", "the number 1000.0", 'the text "1e3"', 'write 1000.0 or "1e3"'),
        ("08", "the number 8", 'the text "08"', 'write 8 or "08"'),
    ],
)
def test_a_surprising_word_is_explained_with_both_readings_and_the_mend(
    word: str, now: str, before: str, mend: str
) -> None:
    """Whoever wrote it learns what happened without knowing the versions of YAML."""
    found = surprise(word)

    assert found is not None
    assert found.reading == f"{word} is read as {now}; YAML 1.1 would have made it {before}"
    assert found.mend == f"{mend}, whichever is meant"


@given(st.text("0123456789+-._:eExobnyfaltrushNOYF~", max_size=12))
def test_a_word_is_a_surprise_exactly_when_pyyaml_reads_it_differently(word: str) -> None:
    """PyYAML reads YAML 1.1, so it is the judge of what that version makes of a word."""
    try:
        before = yaml.safe_load(word)
    except (ValueError, yaml.YAMLError):
        return  # not one plain word, or digits that PyYAML itself trips over
    now = resolve(word)
    if isinstance(before, dict | list | date) or before == "=" or now != now:  # noqa: PLR0124 - not a number
        return
    assert (surprise(word) is not None) == ((type(now), now) != (type(before), before))
