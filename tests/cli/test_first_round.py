"""The first round is over when every group has met its fate."""

from rtu_agent.cli.first_round import FirstRound
from rtu_agent.events import AgentStopped, PollSkipped


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
