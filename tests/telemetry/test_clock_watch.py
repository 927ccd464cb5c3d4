"""A wall clock that is set is seen at the next look, once, and time that passes is not taken for it."""

import pytest

from rtu_agent.clock import HandClock
from rtu_agent.telemetry.clock_watch import ClockWatch


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 1.0, -1.0])
def test_a_jump_is_seen_once(jump_s: float) -> None:
    """Forward and back."""
    clock = HandClock()
    watch = ClockWatch(clock)
    clock.turn(1.0)
    clock.set_wall(clock.wall() + jump_s)

    assert watch.look() == jump_s
    clock.turn(1.0)
    assert watch.look() is None


def test_a_clock_that_is_corrected_gently_has_not_jumped() -> None:
    """NTP moves it by half a millisecond a second, for hours."""
    clock = HandClock()
    watch = ClockWatch(clock)
    for _ in range(10_000):
        clock.turn(1.0)
        clock.set_wall(clock.wall() + 0.0005)
        assert watch.look() is None
