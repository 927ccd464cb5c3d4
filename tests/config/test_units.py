"""Units come out in the order in which they are written, each once, all of them addresses of a bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.config.units import parse_units


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (5, (5,)),
        ("5", (5,)),
        ("2-5", (2, 3, 4, 5)),
        ("2 - 3", (2, 3)),
        ("7-7", (7,)),
        ("1-247", tuple(range(1, 248))),
        ([2, "5-7", 4], (2, 5, 6, 7, 4)),
    ],
)
def test_a_number_a_range_or_a_list_is_units(value: object, units: tuple[int, ...]) -> None:
    """The three ways to write them."""
    assert parse_units(value) == units


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "unit 0 is outside 1 to 247"),
        (256, "unit 256 is outside 1 to 247"),
        ("1-99999", "unit 99999 is outside"),
        (-1, "unit -1 is outside"),
        ("16-2", "the range 16-2 runs backwards; write 2-16"),
        ([2, "1-3"], "unit 2 stands here twice"),
        ([], "the list of units is empty"),
        (True, "a unit is a number from 1 to 247, a range such as 2-16"),
        (1.5, "a unit is"),
        (None, "a unit is"),
        ("two", "a unit is"),
        ("-5", "a unit is"),
        ("2-", "a unit is"),
        ("2\u201316", "a unit is"),
        ([[1]], "a unit is"),
        ({"a": 1}, "a unit is"),
    ],
)
def test_anything_else_is_said_in_a_sentence(value: object, message: str) -> None:
    """A broadcast, a reserved address, a dash that is longer than it looks."""
    with pytest.raises(ValueError, match=message):
        parse_units(value)


@given(st.lists(st.integers(1, 247), min_size=1, unique=True))
def test_a_list_of_units_is_itself(units: list[int]) -> None:
    """Nothing is sorted or lost."""
    assert parse_units(units) == tuple(units)
