"""Signals stay in their range, and their totals are the sums of their values."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.simulator.signals import DAY_S, Signal

NOW_S = 1_795_000_000.0
SIGNAL = Signal.between(100.0, 300.0, Random(7))


@given(st.floats(0, 4e9))
def test_a_signal_stays_between_its_ends(time_s: float) -> None:
    """At any time."""
    assert SIGNAL.lowest <= SIGNAL.at(time_s) <= SIGNAL.highest
    assert (SIGNAL.lowest, SIGNAL.highest) == pytest.approx((100.0, 300.0))


def test_a_signal_has_a_day() -> None:
    """It is high about its crest and low half a day away."""
    midnight_s = NOW_S - NOW_S % DAY_S
    signal = Signal.between(0.0, 100.0, Random(1), crest_s=14 * 3600.0)

    assert signal.at(midnight_s + 14 * 3600.0) > 60.0
    assert signal.at(midnight_s + 2 * 3600.0) < 40.0


def test_a_signal_moves_slowly() -> None:
    """From one second to the next by less than a hundredth of its range."""
    steps = [abs(SIGNAL.at(NOW_S + second + 1) - SIGNAL.at(NOW_S + second)) for second in range(600)]

    assert 0 < max(steps) < 2.0


def test_a_total_is_the_sum_of_the_values() -> None:
    """Compared with the sum over small steps."""
    summed = sum(SIGNAL.at(NOW_S + step + 0.5) for step in range(7200))

    assert SIGNAL.total(NOW_S, NOW_S + 7200) == pytest.approx(summed, rel=1e-6)


@given(st.floats(0, 4e9), st.floats(0, 1e6))
def test_a_total_of_positive_values_never_falls(time_s: float, later_s: float) -> None:
    """What counts energy only grows."""
    assert SIGNAL.total(0.0, time_s + later_s) >= SIGNAL.total(0.0, time_s)
