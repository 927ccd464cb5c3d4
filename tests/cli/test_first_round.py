"""The first round is over when every group has met its fate."""

from dataclasses import replace

import pytest

from rtu_agent.cli.first_round import FirstRound
from rtu_agent.events import (
    AgentStopped,
    DeviceRecognised,
    DriverQuarantined,
    Event,
    IdentityMismatched,
    OutcomeKind,
    PollFinished,
    PollSkipped,
)
from support import made_up


def polled(device: str, group: str, outcome: OutcomeKind = "good") -> PollFinished:
    """Return the end of a poll."""
    return replace(made_up.polled(device, outcome), group=group)


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


@pytest.mark.parametrize(
    ("fates", "good"),
    [
        ([polled("a", "fast"), polled("a", "slow")], True),
        ([polled("a", "fast")], False),
        ([polled("a", "fast"), polled("a", "slow", "no_reply")], False),
        ([polled("a", "fast"), PollSkipped("x", "a", "slow", "overload")], False),
        ([polled("a", "fast", "no_reply"), polled("a", "fast"), polled("a", "slow")], False),
        ([polled("a", "fast"), polled("a", "slow"), polled("a", "slow", "no_reply")], True),
        ([polled("a", "fast"), DriverQuarantined("x", "a", "acme.a", "it raises", 10.0)], False),
        ([DeviceRecognised("x", "a", "acme.a", ("fast",)), polled("a", "fast")], True),
    ],
)
def test_it_is_good_when_every_group_was_read_the_first_time(fates: list[Event], good: bool) -> None:
    """One that is over before that is not."""
    watch = FirstRound([("a", "fast"), ("a", "slow")], lambda: None)

    for event in fates:
        watch(event)
    assert watch.is_good is good


@pytest.mark.parametrize(
    "event",
    [DriverQuarantined("x", "a", "acme.a", "it raises", 10.0), IdentityMismatched("x", "a", "acme.a", "a pump")],
)
def test_a_device_that_is_not_found_out_is_not_awaited(event: Event) -> None:
    """Nothing will be heard of groups that it may have."""
    done: list[bool] = []
    watch = FirstRound([("a", "fast"), ("a", "slow"), ("b", "slow")], lambda: done.append(True))

    watch(PollSkipped("x", "b", "slow", "offline"))
    watch(IdentityMismatched("x", "a", "acme.a", ""))
    assert done == []
    watch(event)
    assert done == [True]
