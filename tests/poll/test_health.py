"""A device is polled while it answers, probed while it does not, and never costs its neighbours much."""

import pytest

from rtu_agent.events import OutcomeKind
from rtu_agent.poll.health import Health, ProbeBudget


def test_a_reply_that_did_not_come_makes_suspect_and_is_probed_at_once() -> None:
    """One lost reply is no death; the next question is a small one."""
    health = Health()

    assert health.heard("no_reply", 10.0) == "suspect"
    assert not health.online
    assert health.probe_at == 10.0


def test_two_failed_probes_make_offline_and_pauses_grow_to_a_minute() -> None:
    """1, 2, 4 … 60 seconds."""
    health = Health()
    changes = [health.heard("no_reply", 0.0)]
    pauses = []
    for _ in range(9):
        changes.append(health.heard("no_reply", 0.0))
        pauses.append(health.probe_at)

    assert changes[:4] == ["suspect", None, "offline", None]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("kind", ["good", "exception"])
def test_the_first_reply_of_any_kind_brings_it_back(kind: OutcomeKind) -> None:
    """Also a refusal is an answer, and the pauses begin anew."""
    health = Health()
    for _ in range(6):
        health.heard("no_reply", 0.0)

    assert health.heard(kind, 100.0) == "online"
    assert health.heard(kind, 100.0) is None
    health.heard("no_reply", 200.0)
    assert health.probe_at == 200.0


@pytest.mark.parametrize("kind", ["port_lost", "line_busy", "driver_failed"])
def test_what_is_not_the_devices_fault_changes_nothing(kind: OutcomeKind) -> None:
    """A pulled cable makes no device suspect."""
    health = Health()

    assert health.heard(kind, 1.0) is None
    assert health.online


def test_damaged_replies_are_replies_until_there_is_nothing_else() -> None:
    """Three in a row make suspect; a good one in between starts anew."""
    health = Health()

    assert [health.heard("damaged", 0.0), health.heard("damaged", 0.0)] == [None, None]
    health.heard("good", 0.0)
    assert [health.heard("damaged", 0.0) for _ in range(3)] == [None, None, "suspect"]


def test_probes_use_their_share_and_no_more() -> None:
    """Probes of half a second, whenever the budget allows, for an hour: five percent and what was saved."""
    budget = ProbeBudget(0.0)
    now, spent = 0.0, 0.0
    while now < 3600.0:
        now = budget.ready_at(now)
        budget.spend(0.5, now)
        spent += 0.5
        now += 0.5

    assert spent / 3600.0 == pytest.approx(0.05, abs=0.001)


def test_a_quiet_bus_saves_for_one_burst_only() -> None:
    """After a day of health not all probes come at once."""
    budget = ProbeBudget(0.0)
    now = 86_400.0
    probes = 0
    while budget.ready_at(now) == now:
        budget.spend(0.5, now)
        probes += 1

    assert probes == 3
