"""A device is polled while it answers, and probed with growing pauses while it does not."""

import pytest

from rtu_agent.domain.registers import Table
from rtu_agent.events import OutcomeKind
from rtu_agent.poll.health import Health, verdict
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest


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
    assert health.asked == 9


@pytest.mark.parametrize("kind", ["good", "exception"])
def test_the_first_reply_of_any_kind_brings_it_back(kind: OutcomeKind) -> None:
    """Also a refusal is an answer; when a poll was answered to its end the pauses begin anew."""
    health = Health()
    for _ in range(6):
        health.heard("no_reply", 0.0)

    assert health.heard(kind, 100.0) == "online"
    assert health.heard(kind, 100.0) is None
    health.polled()
    health.heard("no_reply", 200.0)
    assert health.probe_at == 200.0


def test_a_device_that_answers_probes_and_not_its_polls_is_left_alone_for_longer_and_longer() -> None:
    """Each relapse is a failed probe, so that it does not cost its neighbours a timeout again and again."""
    health = Health()
    health.heard("no_reply", 0.0)
    pauses = []
    for _ in range(8):
        assert health.heard("good", 100.0) == "online"
        health.heard("no_reply", 100.0)
        pauses.append(health.probe_at - 100.0)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert not health.proven


def test_a_device_that_is_woken_is_probed_at_once() -> None:
    """Its pauses go on growing if that was in vain."""
    health = Health()
    for _ in range(6):
        health.heard("no_reply", 0.0)

    health.wake(5.0)
    assert health.probe_at == 5.0
    health.heard("no_reply", 5.0)
    assert health.probe_at == 37.0


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


@pytest.mark.parametrize(
    ("code", "said"), [(0x02, "exception"), (0x04, "exception"), (0x0A, "no_reply"), (0x0B, "no_reply")]
)
def test_a_gateway_that_speaks_for_itself_does_not_speak_for_the_device(code: int, said: str) -> None:
    """0A and 0B say that the device behind the gateway did not answer."""
    request = ReadRequest(Table.INPUT, 0, 1)
    outcome = Outcome(1, request, "exception", sent_at=0.0, ended_at=0.1, free_at=0.1, exception_code=code)

    assert verdict(outcome) == said
