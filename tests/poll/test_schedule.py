"""Ticks come on their grid, the most urgent first, and none is lost without being counted."""

from collections import Counter
from math import inf

import pytest

from rtu_agent.poll.schedule import ONCE_RETRY_S, Job, Schedule, Tick


def anybody(_: str) -> bool:
    """Every device may be polled."""
    return True


def drain(schedule: Schedule, now: float) -> list[Tick]:
    """Take everything that is due."""
    ticks = []
    while (tick := schedule.take(now, anybody)) is not None:
        ticks.append(tick)
    return ticks


FAST = Job("a", "fast", 1.0)
SLOW = Job("b", "slow", 60.0)


def test_everything_comes_once_at_the_start() -> None:
    """A started agent shows values soon."""
    schedule = Schedule([FAST, SLOW], 100.0)

    assert [tick.job for tick in drain(schedule, 100.0)] == [FAST, SLOW]
    assert schedule.take(100.0, anybody) is None


def test_the_nearest_deadline_goes_first() -> None:
    """A tick that must be done within a second goes before one that has a minute."""
    schedule = Schedule([SLOW, FAST], 0.0)

    assert [tick.job for tick in drain(schedule, 0.0)] == [FAST, SLOW]


def test_no_drift() -> None:
    """After 100 000 ticks that all started late the grid stands where it stood."""
    schedule = Schedule([Job("a", "fast", 0.3)], 7.0)
    now = 7.0
    for _ in range(100_000):
        [tick] = drain(schedule, now)
        now = schedule.next_due(anybody) + 0.1

    assert tick.due == pytest.approx(7.0 + 99_999 * 0.3, abs=1e-6)


def test_equal_groups_are_spread() -> None:
    """Ten devices with one interval are due one after the other, not all at once."""
    schedule = Schedule([Job(str(i), "slow", 10.0) for i in range(10)], 0.0)
    drain(schedule, 0.0)

    due = sorted(tick.due for step in range(1, 21) for tick in drain(schedule, step / 2))

    assert due == [float(second) for second in range(1, 11)]


def test_overtaken_ticks_are_counted_and_only_one_waits() -> None:
    """A job that could not be polled for 5.5 periods waits once, and the others are handed out."""
    schedule = Schedule([FAST], 0.0)

    assert list(schedule.overtaken(5.5)) == [FAST] * 5
    assert list(schedule.overtaken(5.5)) == []
    assert [tick.due for tick in drain(schedule, 5.5)] == [5.0]


def test_a_device_that_is_not_allowed_keeps_its_tick() -> None:
    """A quarantined device waits for its turn while others go on."""
    schedule = Schedule([FAST, SLOW], 0.0)

    assert schedule.take(0.0, lambda device: device != "a") == Tick(SLOW, 0.0)
    assert schedule.next_due(lambda device: device != "a") == 60.0
    assert schedule.next_due(anybody) == 0.0
    assert schedule.take(0.5, anybody) == Tick(FAST, 0.0)


def test_a_returned_device_is_due_at_once() -> None:
    """All its groups, and its grid stays."""
    schedule = Schedule([FAST, SLOW], 0.0)
    drain(schedule, 0.0)

    schedule.now("b", 3.2)

    assert Tick(SLOW, 3.2) in drain(schedule, 3.2)
    assert schedule.next_due(lambda device: device == "b") == 60.0


def test_once_is_once() -> None:
    """A job without a period is asked until it succeeds, and then never again."""
    job = Job("a", "once", 0.0)
    schedule = Schedule([job], 0.0)

    assert drain(schedule, 0.0) == [Tick(job, 0.0)]
    assert schedule.next_due(anybody) == ONCE_RETRY_S
    assert drain(schedule, 61.0) == [Tick(job, ONCE_RETRY_S)]
    schedule.done(job)
    schedule.now("a", 70.0)

    assert drain(schedule, 1e9) == []
    assert schedule.next_due(anybody) == inf


@pytest.mark.parametrize("load", [0.5, 1.0, 1.5, 4.0])
def test_every_tick_is_polled_or_overtaken(load: float) -> None:
    """At any load, the ticks that have come are those polled, those overtaken and at most one that waits."""
    jobs = [Job(str(i), "fast", period) for i, period in enumerate((1.0, 1.0, 2.0, 10.0))]
    schedule = Schedule(jobs, 0.0)
    poll_s = load / sum(1 / job.period_s for job in jobs)
    seen: Counter[Job] = Counter()
    now = 0.0
    while now < 500.0:
        seen.update(schedule.overtaken(now))
        tick = schedule.take(now, anybody)
        if tick is None:
            now = schedule.next_due(anybody)
            continue
        seen[tick.job] += 1
        now += poll_s

    for job in jobs:
        assert seen[job] == pytest.approx(500.0 / job.period_s, abs=2)


def test_overload_starves_nobody() -> None:
    """At four times the load everybody is polled, the rare ones too."""
    jobs = [Job(str(i), "fast", period) for i, period in enumerate((1.0, 1.0, 1.0, 30.0))]
    schedule = Schedule(jobs, 0.0)
    polled: Counter[Job] = Counter()
    now = 0.0
    while now < 600.0:
        list(schedule.overtaken(now))
        if tick := schedule.take(now, anybody):
            polled[tick.job] += 1
        now += 4.0 / 3.0

    assert min(polled.values()) >= 15
