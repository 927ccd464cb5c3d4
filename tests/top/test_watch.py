"""The last picture stays while there is no newer one, and says how old it is."""

from collections.abc import Iterator

import pytest

from rtu_agent.clock import HandClock
from rtu_agent.top.client import Json, UnreachableError
from rtu_agent.top.watch import Watch
from support.api_page import status

AWAY = UnreachableError("http://a cannot be reached: nobody listens there")


def test_the_last_picture_stays_until_the_agent_is_back() -> None:
    """Its age grows meanwhile."""
    clock = HandClock()
    answers: Iterator[Json | Exception] = iter([status(), AWAY, AWAY, status()])

    def ask() -> Json:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = Watch(ask, clock)
    notices = []
    for _ in range(4):
        notices.append(watch.look().notices)
        clock.turn(5.0)

    assert notices == [(), (f"5 s old: {AWAY}",), (f"10 s old: {AWAY}",), ()]


def test_nothing_is_shown_of_an_agent_that_never_answered() -> None:
    """Whoever looks is told why."""

    def ask() -> Json:
        raise AWAY

    with pytest.raises(UnreachableError, match="nobody listens there"):
        Watch(ask, HandClock()).look()
