"""The same thing is not said again and again, and nothing goes unmentioned."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.telemetry.rate_limiter import RateLimiter


def test_the_first_is_said_at_once() -> None:
    """Trouble is known when it begins."""
    assert RateLimiter[str](10).admit("noise", "a", 1, now=0)


def test_what_follows_is_held_back_and_said_when_the_window_has_passed() -> None:
    """The newest is said, with the amount of the others."""
    limiter = RateLimiter[str](10)
    limiter.admit("noise", "a", 1, now=0)

    assert not limiter.admit("noise", "b", 5, now=1)
    assert not limiter.admit("noise", "c", 7, now=9)
    assert limiter.due(9.9) == []
    assert limiter.due(10) == [("c", 5)]
    assert not limiter.admit("noise", "d", 1, now=19)
    assert limiter.due(20) == [("d", 0)]


def test_kinds_do_not_silence_each_other() -> None:
    """Noise on one bus says nothing about another."""
    limiter = RateLimiter[str](10)

    assert limiter.admit(("noise", "floor1"), "a", 1, now=0)
    assert limiter.admit(("noise", "floor2"), "b", 1, now=0)


def test_after_a_quiet_window_the_next_is_said_at_once() -> None:
    """A kind that was silent long enough is news again."""
    limiter = RateLimiter[str](10)
    limiter.admit("noise", "a", 1, now=0)

    assert limiter.due(10) == []
    assert limiter.admit("noise", "b", 1, now=10)


# Quarters of a second, which floats add without rounding.
steps = st.lists(
    st.tuples(st.integers(0, 80).map(lambda n: n / 4), st.sampled_from("ab"), st.integers(1, 9)), max_size=60
)


@given(steps)
def test_nothing_is_lost_and_nothing_is_said_too_often(steps: list[tuple[float, str, int]]) -> None:
    """All amounts are told in the end, and two lines of a kind are a window apart."""
    limiter = RateLimiter[tuple[str, int]](10)
    said: dict[str, list[float]] = defaultdict(list)
    now, told = 0.0, 0
    for pause, kind, amount in steps:
        now += pause
        for (held, held_amount), others in limiter.due(now):
            said[held].append(now)
            told += held_amount + others
        if limiter.admit(kind, (kind, amount), amount, now):
            said[kind].append(now)
            told += amount
    told += sum(amount + others for (_, amount), others in limiter.due(float("inf")))

    assert sum(amount for _, _, amount in steps) == told
    assert all(later - earlier >= 10 for times in said.values() for earlier, later in pairwise(times))
