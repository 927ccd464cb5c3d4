"""The first round is over when every group has met its fate."""

from rtu_agent.cli.first_round import FirstRound
from rtu_agent.events import AgentStopped, DeviceRecognised, PollSkipped


def test_done_is_called_once_when_the_last_one_is_in() -> None:
    """Repeated and unknown groups do not count."""
    done: list[bool] = []
    watch = FirstRound([("a", "fast"), ("a", "slow")], lambda: done.append(True))

    for group in ("fast", "fast", "once"):
        watch(PollSkipped("b", "a", group, "offline"))
    watch(AgentStopped("s"))
    assert done == []

    for _ in range(2):
        watch(PollSkipped("b", "a", "slow", "offline"))
    assert done == [True]


def test_groups_that_a_device_turns_out_not_to_have_are_not_awaited() -> None:
    """Those of other devices are."""
    done: list[bool] = []
    watch = FirstRound([("a", "fast"), ("a", "slow"), ("b", "slow")], lambda: done.append(True))

    watch(PollSkipped("x", "a", "fast", "offline"))
    watch(PollSkipped("x", "b", "slow", "offline"))
    assert done == []
    watch(DeviceRecognised("x", "a", "acme.a", ("fast",)))
    assert done == [True]
