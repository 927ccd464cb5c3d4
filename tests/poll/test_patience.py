"""A unit is waited for as long as it has lately needed, and in full whenever that is in doubt."""

import pytest

from rtu_agent.events import LateReplyDiscarded, PortOpened
from rtu_agent.poll.patience import (
    ADAPTER_S,
    AFTER_VAIN,
    ENOUGH,
    FLOOR_S,
    FULL_EVERY,
    FULL_WITHOUT_ROOM,
    WINDOW,
    Patience,
)


def known(*replies: tuple[int, float]) -> Patience:
    """Return the patience with units that have answered often enough, each in its time."""
    patience = Patience(0.5)
    for unit, seconds in replies:
        for _ in range(ENOUGH):
            patience.answered(unit, seconds)
    return patience


def test_it_starts_with_what_the_site_says() -> None:
    """Until enough replies have been seen."""
    patience = Patience(0.5)
    for _ in range(ENOUGH - 1):
        assert patience.timeout_s(1) == 0.5
        patience.answered(1, 0.06)

    assert patience.timeout_s(1) == 0.5
    patience.answered(1, 0.06)
    assert patience.timeout_s(1) == pytest.approx(2 * 0.06 + ADAPTER_S)


@pytest.mark.parametrize(("reply_s", "timeout_s"), [(0.0001, FLOOR_S), (0.1, 0.22), (0.4, 0.5), (3.0, 0.5)])
def test_it_stays_between_the_floor_and_what_the_site_says(reply_s: float, timeout_s: float) -> None:
    """A fast unit is given time for its adapter, a slow one never more than configured."""
    assert known((1, reply_s)).timeout_s(1) == pytest.approx(timeout_s)


def test_units_do_not_share_their_habits() -> None:
    """Of the same bus, one slow and one fast."""
    patience = known((1, 0.2), (2, 0.01))

    assert (patience.timeout_s(1), patience.timeout_s(2)) == (pytest.approx(0.42), FLOOR_S)


def test_one_slow_reply_in_a_hundred_counts() -> None:
    """The longest of the last hundreds is what must fit, and it is forgotten in the end."""
    patience = known((1, 0.01))
    patience.answered(1, 0.15)
    for _ in range(WINDOW - 1):
        patience.answered(1, 0.01)
    assert patience.timeout_s(1) == pytest.approx(0.32)

    for _ in range(2 * WINDOW):
        patience.answered(1, 0.01)
    assert patience.timeout_s(1) == FLOOR_S


def test_a_reply_that_did_not_come_brings_full_patience() -> None:
    """A guess that may have been wrong is not repeated: not before the unit has answered often enough again."""
    patience = known((1, 0.01))

    patience.missed(1, FLOOR_S)

    assert patience.timeout_s(1) == 0.5
    for _ in range(ENOUGH):
        patience.answered(1, 0.01)
    assert patience.timeout_s(1) == FLOOR_S


def test_a_late_reply_raises_the_timeout_at_once() -> None:
    """It is the time that the unit needed, and is remembered as such."""
    patience = known((1, 0.01))

    patience(PortOpened("b", "p", reopened=False))
    assert patience.timeout_s(1) == FLOOR_S
    patience(LateReplyDiscarded("b", 1, 0.14))

    assert patience.timeout_s(1) == 0.5
    for _ in range(ENOUGH):
        patience.answered(1, 0.01)
    assert patience.timeout_s(1) == pytest.approx(0.3)


def test_a_slow_device_does_not_fail_again_and_again() -> None:
    """A unit that has become slower than its habits loses one reply, and none after that."""
    patience = known((1, 0.01))
    lost = 0
    for _ in range(1000):
        if patience.timeout_s(1) < 0.2:
            lost += 1
            patience.missed(1, FLOOR_S)
        else:
            patience.answered(1, 0.2)

    assert lost == 1


def test_habits_hold_where_the_silence_was_one() -> None:
    """Silent for the full time as well, so it was away and not slow: neither doubt nor a full wait the next times."""
    patience = known((1, 0.01))
    patience.missed(1, FLOOR_S)
    patience.answered(1, 0.01)
    assert patience.timeout_s(1) == 0.5

    patience.missed(1, 0.5)

    for _ in range(ENOUGH - 1):
        patience.answered(1, 0.01)
        assert patience.timeout_s(1) == FLOOR_S
        patience.missed(1, FLOOR_S)


def test_who_was_away_need_not_answer_often_to_be_waited_for_shortly() -> None:
    """It may never answer so often between two silences, and its neighbours pay for each of them."""
    patience = Patience(0.5)
    patience.answered(1, 0.06)
    patience.missed(1, 0.5)

    for _ in range(3):
        patience.answered(1, 0.06)
        assert patience.timeout_s(1) == pytest.approx(0.14)
        patience.missed(1, 0.14)


def test_units_that_go_away_together_are_waited_for_in_full_once() -> None:
    """The first shows that it is no slowness; another one is doubted again when the bus has long been well."""
    patience = known((1, 0.01), (2, 0.01), (3, 0.01))
    for unit in (1, 2):
        patience.missed(unit, FLOOR_S)
    assert patience.timeout_s(1) == patience.timeout_s(2) == 0.5

    patience.missed(1, 0.5)

    assert patience.timeout_s(2) == FLOOR_S
    for _ in range(AFTER_VAIN):
        assert patience.timeout_s(2) == FLOOR_S
        patience.answered(3, 0.01)
    assert patience.timeout_s(2) == 0.5


def test_who_never_answered_keeps_nobody_from_being_waited_for_in_full() -> None:
    """Such a unit is missed at every start, and says nothing of the others."""
    patience = known((1, 0.01))
    patience.missed(1, FLOOR_S)

    patience.missed(9, 0.5)

    assert patience.timeout_s(1) == 0.5


def test_a_unit_that_answers_for_long_may_be_doubted_again() -> None:
    """It was away long ago; a silence now may be another thing."""
    patience = known((1, 0.01))
    patience.missed(1, 0.5)
    for _ in range(AFTER_VAIN):
        patience.answered(1, 0.01)

    patience.missed(1, FLOOR_S)

    assert patience.timeout_s(1) == 0.5


def test_a_late_reply_shows_that_it_was_not_away() -> None:
    """So the next silence may be a slow reply once more."""
    patience = known((1, 0.01))
    patience.missed(1, 0.5)

    patience(LateReplyDiscarded("b", 1, 0.7))

    assert patience.timeout_s(1) == patience.probation_s(1) == 0.5


def probes(patience: Patience, unit: int, count: int, room_s: float = 0.0) -> list[float]:
    """Return the timeouts of `count` probes that were all in vain."""
    timeouts = []
    for _ in range(count):
        timeouts.append(patience.probation_s(unit, room_s))
        patience.missed(unit, timeouts[-1])
    return timeouts


def test_with_room_the_first_probe_and_every_eighth_get_the_full_time() -> None:
    """The others get what the unit itself has needed."""
    patience = known((1, 0.01), (2, 0.2))
    patience.missed(1, FLOOR_S)

    assert probes(patience, 1, 2 * FULL_EVERY, 0.5) == [0.5, *[FLOOR_S] * (FULL_EVERY - 1)] * 2
    for _ in range(ENOUGH):
        patience.answered(1, 0.01)
    assert probes(patience, 1, 2, 0.5) == [0.5, FLOOR_S]


def test_without_room_the_full_time_is_put_off() -> None:
    """The neighbours would notice it: the eighth silence is the first to last for the full time, then every 32nd."""
    patience = known((1, 0.01))
    patience.missed(1, FLOOR_S)

    timeouts = probes(patience, 1, FULL_EVERY + 2 * FULL_WITHOUT_ROOM, 0.49)

    full = [number for number, timeout_s in enumerate(timeouts, 2) if timeout_s == 0.5]
    assert full == [FULL_EVERY, FULL_EVERY + FULL_WITHOUT_ROOM, FULL_EVERY + 2 * FULL_WITHOUT_ROOM]


def test_a_unit_that_has_never_answered_is_given_the_time_of_the_slowest_known() -> None:
    """It was waited for in full once already. Where nobody is known it is the full time again."""
    patience = known((1, 0.01), (2, 0.15))
    patience.missed(3, 0.5)
    assert patience.probation_s(3) == pytest.approx(0.32)

    nobody = Patience(0.5)
    nobody.missed(3, 0.5)
    assert nobody.probation_s(3) == 0.5


def test_it_knows_who_has_answered() -> None:
    """Of others there is nothing to remember."""
    patience = known((1, 0.01))

    assert patience.knows(1)
    assert not patience.knows(2)


def test_a_slow_device_is_granted_the_time_that_its_driver_says() -> None:
    """It may need seconds where the others of its bus need milliseconds; their ceiling stays."""
    patience = Patience(0.5)
    patience.grant(7, 5.0)

    assert (patience.timeout_s(7), patience.timeout_s(8)) == (5.0, 0.5)
    for _ in range(ENOUGH):
        patience.answered(7, 1.0)
    assert patience.timeout_s(7) == pytest.approx(2.02)
    patience.missed(7, 2.02)
    assert patience.timeout_s(7) == 5.0


def test_another_device_at_the_unit_begins_anew() -> None:
    """What the one before was granted, needed and missed says nothing of it."""
    patience = Patience(0.5)
    patience.grant(1, 3.0)
    patience.answered(1, 0.01)
    patience.missed(1, 3.0)

    patience.forget(1)

    assert not patience.knows(1)
    assert (patience.timeout_s(1), patience.probation_s(1)) == (0.5, 0.5)
