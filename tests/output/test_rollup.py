"""One record for a window: what becomes of amounts, codes, counters and quality."""

import sys
from itertools import pairwise
from math import fsum, inf
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtu_agent.domain.record import Field, Value
from rtu_agent.output.held import Held
from rtu_agent.output.rollup import KNOWN_BEFORE, Sample, counted, increase, rollup, window_of
from support.records import NOON_MS

NAMES = {
    "power_w": Field("power_w"),
    "status": Field("status", "int"),
    "energy_kwh": Field("energy_kwh", counts_to=1000.0),
    "alarm": Field("alarm", "bool"),
}
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def samples(name: str, *values: Value, quality: int = 0) -> list[Sample]:
    """A sample a second with one value."""
    return [Sample(NOON_MS + 1000 * at, {name: value, "quality": quality}) for at, value in enumerate(values)]


def said(of: list[Sample], before: dict[str, Any] | None = None) -> dict[str, Value]:
    """The rollup by the names of its fields."""
    return {field.name: value for field, value in rollup(of, NAMES, before or {}).items()}


def test_an_amount_has_mean_extremes_and_its_last_value() -> None:
    """A value that is missing counts for nothing."""
    of = [*samples("power_w", 1.0, 4.0, 2.5), Sample(NOON_MS + 9000, {"quality": 1})]
    assert said(of) == {
        "power_w_mean": 2.5,
        "power_w_min": 1.0,
        "power_w_max": 4.0,
        "power_w_last": 2.5,
        "quality": 1,
        "quality_good_share": 0.75,
        "records": 4,
    }


@pytest.mark.parametrize(
    ("before", "values", "restarted_at", "increase"),
    [
        ([10.0], (11.0, 500.0, 501.0), [1], 2.0),
        ([10.0], (11.0, 500.0, 501.0), [], 491.0),
        ([10.0], (500.0, 501.0), [0], 1.0),
        ([999.0], (1.0, 2.0, 3.0), [0], 2.0),
        ([999.0], (1.0, 2.0, 3.0), [], 4.0),
        ([10.0], (11.0, 500.0, 501.0, 3.0, 4.0), [1, 3], 3.0),
        ([10.0], (11.0,), [5], 1.0),
    ],
)
def test_nothing_is_booked_over_a_restart(
    before: list[float], values: tuple[float, ...], restarted_at: list[int], increase: float
) -> None:
    """Whichever way it goes; what was counted on both sides of it is."""
    restarts = {"energy_kwh": [NOON_MS + 1000 * at for at in restarted_at]}
    rolled = rollup(samples("energy_kwh", *values), NAMES, {"energy_kwh": before}, restarts)
    assert rolled[Field("energy_kwh_increase")] == increase


@pytest.mark.parametrize(("name", "last"), [("status", 2), ("alarm", True)])
def test_a_code_has_its_last_value_and_keeps_its_type(name: str, last: Value) -> None:
    """The mean of two states is no state."""
    rolled = rollup(samples(name, 7, last), NAMES, {})
    (field,) = [field for field in rolled if field.name.startswith(name)]
    assert (field.name, field.kind, rolled[field]) == (f"{name}_last", NAMES[name].kind, last)


def test_a_counter_has_no_mean() -> None:
    """Its increase begins with the last value before the window."""
    assert said(samples("energy_kwh", 12.0, 15.0), {"energy_kwh": [9.0, 10.0]}) == {
        "energy_kwh_last": 15.0,
        "energy_kwh_increase": 5.0,
        "quality": 0,
        "quality_good_share": 1.0,
        "records": 2,
    }


def test_a_counter_that_was_never_read_before_has_no_increase() -> None:
    """Nothing is known of what it counted; zero would be a lie."""
    assert "energy_kwh_increase" not in said(samples("energy_kwh", 12.0))
    assert said(samples("energy_kwh", 12.0, 15.0))["energy_kwh_increase"] == 3.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10.0, 10.0, 10.0], 0.0),
        ([990.0, 5.0, 6.0], 16.0),  # rolled over at 1000
        ([980.0, 990.0, 5.0], 10.0),  # whether it did is not known yet
        ([700.0, 5.0, 6.0], 1.0),  # reset
        ([990.0, 400.0, 401.0], 1.0),  # replaced by a meter that had counted before
        ([100.0, 0.0, 101.0], 1.0),  # one zero between: a glitch
        ([100.0, 0.0, 0.5, 1.0], 1.0),  # reset to zero
        ([100.0, 0.0, 100.0, 0.0, 102.0], 2.0),
        ([5.0], 0.0),
    ],
)
def test_what_a_counter_has_counted(values: list[float], expected: float) -> None:
    """Rollover is counted on, a reset books nothing, a glitch is none."""
    assert increase(values, 0, 1000.0) == expected


def test_a_counter_whose_range_nobody_knows_does_not_roll_over() -> None:
    """It was reset."""
    assert increase([4e9, 1.0, 2.0], 0, inf) == 1.0


def test_what_is_not_known_is_not_averaged() -> None:
    """A device that left the site may have had a counter of that name."""
    rolled = rollup(samples("energy_kwh", 1.0, 2.0), {}, {})
    assert [field.name for field in rolled][:1] == ["energy_kwh_last"]
    assert not any("mean" in field.name for field in rolled)


def test_a_rollover_at_the_end_of_a_window_is_booked_in_the_next() -> None:
    """Only there it can be told from a glitch."""
    assert increase([980.0, 990.0, 5.0], 1, 1000.0) == 10.0
    assert increase([990.0, 5.0, 6.0], 2, 1000.0) == 16.0
    assert increase([990.0, 5.0, 991.0], 2, 1000.0) == 1.0


def test_text_stays_where_it_is() -> None:
    """It is written on change and needs no rollup."""
    assert said(samples("firmware", "1.2")).keys() == {"quality", "quality_good_share", "records"}


def test_a_device_that_never_answered_has_a_record() -> None:
    """The gap can be told from an agent that was off."""
    of = [Sample(NOON_MS, {"quality": 3}), Sample(NOON_MS + 1, {"quality": 3})]
    assert said(of) == {"quality": 3, "quality_good_share": 0.0, "records": 2}


def test_what_a_field_held_under_another_driver_is_no_error() -> None:
    """The records that wait may be older than the site, which has an amount now where a code was."""
    names = {"status": Field("status", held_s=300.0)}
    rolled = rollup(samples("status", 1, 3), names, {}, held=Held(NOON_MS, NOON_MS + 60_000, {}, ()))
    assert rolled[Field("status_last", "int")] == 3


@given(st.lists(FLOATS, min_size=1, max_size=20))
@example([sys.float_info.max] * 3)
def test_the_mean_lies_between_the_extremes(values: list[float]) -> None:
    """Also of the largest floats, whose sum is none."""
    of = said(samples("power_w", *values))
    assert min(values) == of["power_w_min"] <= of["power_w_mean"] <= of["power_w_max"] == max(values)  # type: ignore[operator]


COUNTS = st.lists(st.integers(0, 999) | st.just(0), min_size=1, max_size=40).map(lambda each: [float(n) for n in each])


@given(COUNTS, st.lists(st.integers(0, 40), max_size=8))
@example([0.0, 900.0, 0.0, 900.0], [3])
@example([990.0, 5.0, 6.0], [1, 2])
def test_the_increases_of_all_windows_are_that_of_the_whole(values: list[float], edges: list[int]) -> None:
    """Wherever the windows begin, and whatever the counter does: nothing is booked twice, nothing is left out."""
    places = sorted({0, len(values), *(edge for edge in edges if edge < len(values))})
    parts = []
    for begin, end in pairwise(places):
        before = values[max(0, begin - KNOWN_BEFORE) : begin]
        following = values[begin:end]
        parts.append(increase([*before, *following], len(before), 1000.0))
    assert fsum(parts) == pytest.approx(increase(values, 0, 1000.0))


def test_the_last_values_of_counters_are_kept_for_the_next_window() -> None:
    """Two of them, and of counters only."""
    of = [Sample(at, {"energy_kwh": float(at), "power_w": 1.0, "quality": 0}) for at in range(5)]
    assert counted(of, NAMES) == {"energy_kwh": [(3, 3.0), (4, 4.0)]}


@pytest.mark.parametrize(("time_ms", "begin_ms"), [(0, 0), (59_999, 0), (60_000, 60_000), (NOON_MS + 1, NOON_MS)])
def test_windows_begin_with_the_minute(time_ms: int, begin_ms: int) -> None:
    """In UTC, which is where the milliseconds count from."""
    assert window_of(time_ms, 60_000) == begin_ms
