"""The retry policy: what each status means, and how long to wait."""

import pytest

from rtu_agent.output.contract import Action
from rtu_agent.output.retry import LONGEST_PAUSE_S, LONGEST_RETRY_AFTER_S, Backoff, action, retry_after_s

NOW = 1_795_003_200.0  # Wed, 18 Nov 2026 12:00:00 GMT


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Action.ACCEPTED),
        (204, Action.ACCEPTED),
        (307, Action.HOLD),
        (400, Action.REJECTED),
        (401, Action.HOLD),
        (403, Action.HOLD),
        (404, Action.HOLD),
        (405, Action.HOLD),
        (408, Action.AGAIN),
        (413, Action.SMALLER),
        (422, Action.REJECTED),
        (429, Action.AGAIN),
        (500, Action.AGAIN),
        (503, Action.AGAIN),
        (504, Action.AGAIN),
        (None, Action.AGAIN),
    ],
)
def test_every_status_has_its_action(status: int | None, expected: Action) -> None:
    """Only a judgement on lines lets a record go; everything else keeps it."""
    has_words = status is not None and status >= 300
    assert action(status, from_database=has_words, has_words=has_words) is expected


def test_some_lines_may_be_bad_where_something_was_created() -> None:
    """Version 3 has said it so for some time; each line is judged by itself then."""
    assert action(201, from_database=True, has_words=True) is Action.REJECTED
    assert action(201, from_database=False, has_words=False) is Action.ACCEPTED


@pytest.mark.parametrize("status", [201, 400, 422])
def test_only_a_database_can_reject_lines(status: int) -> None:
    """A proxy that answers 400 to everything must not turn the backlog into dead letters."""
    assert action(status, from_database=False, has_words=True) is Action.HOLD


@pytest.mark.parametrize("from_database", [False, True])
def test_a_page_is_no_word_of_acceptance(from_database: bool) -> None:
    """A portal that wants a password first answers everything with its page and 200; it has stored nothing."""
    assert action(200, from_database=from_database, has_words=True) is Action.HOLD


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("100000", LONGEST_RETRY_AFTER_S),
        ("Wed, 18 Nov 2026 12:00:30 GMT", 30.0),
        ("Wed, 18 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-3", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, expected: float | None) -> None:
    """Seconds or a date; what cannot be read is not there; nobody keeps us away for days."""
    assert retry_after_s(header, NOW) == expected


def test_pauses_double_up_to_a_limit_and_start_over_after_a_success() -> None:
    """Half a minute at most between tries, and a short outage is over shortly after it ends."""
    backoff = Backoff(lambda: 1.0)
    pauses = [backoff.next_s() for _ in range(10)]
    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert pauses[-2:] == [LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    backoff.reset()
    assert backoff.next_s() == 0.2


def test_the_jitter_is_full() -> None:
    """Agents that lost their server together do not come back together."""
    assert Backoff(lambda: 0.0).next_s() == 0.0
    assert Backoff(lambda: 0.5).next_s() == 0.1
