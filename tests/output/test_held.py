"""A value counts for the time for which it stands."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.output.held import Held, Hold

MINUTE_MS = 60_000
NOTHING = Held(0, MINUTE_MS, {}, ())


def of(held_s: float = 300.0, silences: tuple[int, ...] = (), **before: tuple[int, float]) -> Hold:
    """What is known of the field `x` in the minute from 0 on."""
    return Held(0, MINUTE_MS, before, silences).of("x", held_s)


@pytest.mark.parametrize(
    ("hold", "stored", "mean"),
    [
        (of(), [(0, 1.0), (15_000, 5.0)], 4.0),
        (of(), [(30_000, 7.0)], 7.0),
        (of(x=(-10_000, 1.0)), [(30_000, 7.0)], 4.0),
        (of(x=(-300_000, 1.0)), [(30_000, 7.0)], 7.0),
        (of(x=(-10_000, 1.0), silences=(-5000,)), [(30_000, 7.0)], 7.0),
        (of(x=(-10_000, 1.0), silences=(-20_000,)), [(30_000, 7.0)], 4.0),
        (of(held_s=30, x=(-10_000, 1.0)), [(40_000, 3.0)], 2.0),
        (of(held_s=10), [(0, 1.0), (50_000, 5.0)], 3.0),
        (of(silences=(15_000,)), [(0, 1.0), (45_000, 5.0)], 3.0),
        (of(), [(0, 1.0), (0, 3.0), (30_000, 5.0)], 4.0),
        (of(x=(-10_000, 1.0), silences=(0,)), [(30_000, 7.0)], 7.0),
        (of(), [(MINUTE_MS, 1.0), (MINUTE_MS, 3.0)], 2.0),
    ],
    ids=[
        "two",
        "alone",
        "from before",
        "too old",
        "silent since",
        "silent until then",
        "missed since",
        "heartbeats missed",
        "silent",
        "one time",
        "silent as it begins",
        "no time",
    ],
)
def test_the_mean_is_that_of_the_time(hold: Hold, stored: list[tuple[int, float]], mean: float) -> None:
    """Until the next value, the end, a silence, or the heartbeat that did not come."""
    assert hold.mean(hold.known(stored)) == pytest.approx(mean)


@pytest.mark.parametrize(
    ("hold", "first_ms", "known"),
    [
        (of(x=(-10_000, 1.0)), 1, [1.0, 7.0]),
        (of(x=(-10_000, 1.0)), 0, [7.0]),
        (of(x=(-10_000, 1.0), silences=(1,)), 2, [1.0, 7.0]),
        (of(x=(-10_000, 1.0), silences=(0,)), 2, [7.0]),
        (of(x=(-300_000, 1.0)), 2, [7.0]),
    ],
    ids=["a moment", "replaced at once", "silent after a moment", "silent at once", "ended"],
)
def test_what_stands_for_no_time_in_a_window_is_no_value_of_it(hold: Hold, first_ms: int, known: list[float]) -> None:
    """It would be its smallest or largest otherwise."""
    assert [value for _, value in hold.known([(first_ms, 7.0)])] == known


def test_the_mean_of_the_largest_floats_can_be_told() -> None:
    """Rounding may make it more than they are, never an error."""
    assert of().mean([(MINUTE_MS, sys.float_info.max)] * 3) >= sys.float_info.max


@given(st.lists(st.floats(-1e6, 1e6), min_size=60, max_size=60), st.data())
def test_leaving_out_what_did_not_change_changes_nothing(values: list[float], data: st.DataObject) -> None:
    """The mean of a value a second is that of its changes."""
    repeated = [values[data.draw(st.integers(0, 2)) * (second // 10) % 60] for second in range(60)]
    changes = [(1000 * at, value) for at, value in enumerate(repeated) if at == 0 or value != repeated[at - 1]]
    assert NOTHING.of("x", 300.0).mean(changes) == pytest.approx(sum(repeated) / 60, abs=1e-6)
