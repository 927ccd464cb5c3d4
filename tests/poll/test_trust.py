"""A driver that fails again and again rests, each time for longer, and is trusted again when it works."""

from rtu_agent.poll.trust import FAILURES, FIRST_REST_S, LONGEST_REST_S, Trust


def test_it_rests_after_some_failures_in_a_row() -> None:
    """One that works in between begins anew."""
    trust = Trust()

    assert [trust.failed(0.0) for _ in range(FAILURES - 1)] == [None] * (FAILURES - 1)
    assert not trust.worked()
    assert [trust.failed(0.0) for _ in range(FAILURES)] == [None] * (FAILURES - 1) + [FIRST_REST_S]
    assert trust.lost
    assert trust.rests_until(FIRST_REST_S - 0.1) == FIRST_REST_S
    assert trust.rests_until(FIRST_REST_S) is None


def test_rests_grow_to_a_limit() -> None:
    """After a rest one failure is enough."""
    trust = Trust()

    assert trust.failed(0.0, wholly=True) == FIRST_REST_S
    assert [trust.failed(0.0) for _ in range(3)] == [20.0, 40.0, 80.0]
    assert [trust.failed(0.0) for _ in range(20)][-1] == LONGEST_REST_S


def test_it_heals_once() -> None:
    """Only the first success after a rest is news."""
    trust = Trust()
    trust.failed(0.0, wholly=True)

    assert [trust.worked(), trust.worked()] == [True, False]
    assert not trust.lost


def test_a_wait_for_another_reason_is_no_loss_of_trust() -> None:
    """It just waits."""
    trust = Trust()
    trust.wait(60.0)

    assert trust.rests_until(1.0) == 60.0
    assert not trust.worked()
