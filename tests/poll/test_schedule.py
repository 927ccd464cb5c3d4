"""Ticks come on their grid, the most urgent first, and none is lost without being counted."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import inf

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.schedule import ONCE_RETRY_S, Schedule


def drain(schedule: Schedule, now: float) -> list[Tick]:
    """Take everything that is due."""
    ticks = []
    while (tick := schedule.take(now)) is not None:
        ticks.append(tick)
    return ticks


FAST = Job("a", "fast", 1.0)
SLOW = Job("b", "slow", 60.0)


def test_everything_comes_once_at_the_start() -> None:
    """A started agent shows values soon."""
    schedule = Schedule([FAST, SLOW], 100.0)

    assert [tick.job for tick in drain(schedule, 100.0)] == [FAST, SLOW]
    assert schedule.take(100.0) is None


def test_nothing_is_due_before_the_start() -> None:
    """A port that was just opened is listened to first."""
    schedule = Schedule([FAST], 100.0)

    assert schedule.take(99.0) is None
    assert schedule.next_due(99.0) == 100.0
    assert drain(schedule, 100.0) == [Tick(FAST, 100.0)]


@pytest.mark.parametrize("late", ["normal", "fast"])
def test_the_nearest_deadline_goes_first(late: str) -> None:
    """A tick that must be done within a second goes before one that has a minute, whatever their groups are called."""
    soon, later = Job("a", "slow", 1.0), Job("b", late, 60.0)
    schedule = Schedule([later, soon], 0.0)

    assert [tick.job for tick in drain(schedule, 0.0)] == [soon, later]


def test_no_drift() -> None:
    """After 100 000 ticks that all started late the grid stands where it stood."""
    schedule = Schedule([Job("a", "fast", 0.3)], 7.0)
    now = 7.0
    for _ in range(100_000):
        [tick] = drain(schedule, now)
        now = schedule.next_due(now) + 0.1

    assert tick.due == pytest.approx(7.0 + 99_999 * 0.3, abs=1e-6)


def test_equal_groups_are_spread() -> None:
    """Ten devices with one interval are due one after the other, not all at once."""
    schedule = Schedule([Job(str(i), "slow", 10.0) for i in range(10)], 0.0)
    drain(schedule, 0.0)

    due = sorted(tick.due for step in range(1, 21) for tick in drain(schedule, step / 2))

    assert due == [float(second) for second in range(1, 11)]


def test_groups_of_different_periods_do_not_land_together() -> None:
    """Slow groups of one, two and five minutes: in an hour no two ticks come closer than a tenth of a second."""
    jobs = [Job(f"{i}-{period}", "slow", period) for period in (60.0, 120.0, 300.0) for i in range(7)]
    schedule = Schedule(jobs, 0.0)
    drain(schedule, 0.0)
    due = []
    now = 0.0
    while now < 3600.0:
        now = schedule.next_due(now)
        due += [tick.due for tick in drain(schedule, now)]

    assert min(later - sooner for sooner, later in pairwise(due)) > 0.1


def test_overtaken_ticks_are_counted_and_only_one_waits() -> None:
    """A job that could not be polled for 5.5 periods waits once, and the others are handed out."""
    schedule = Schedule([FAST], 0.0)

    assert schedule.overtaken(0.0) == []
    assert schedule.overtaken(5.5) == [FAST] * 5
    assert schedule.overtaken(5.5) == []
    assert [tick.due for tick in drain(schedule, 5.5)] == [5.0]


def test_a_tick_that_was_brought_forward_and_waits_is_not_lost_when_its_time_comes() -> None:
    """The first round of a bus takes longer than the phases of some: they are late, and nothing is skipped."""
    jobs = [Job(name, "normal", 4.0) for name in "abcd"]
    schedule = Schedule(jobs, 0.0)

    assert [schedule.take(0.0), schedule.overtaken(3.5)] == [Tick(jobs[0], 0.0), []]
    assert {tick.job.device: tick.due for tick in drain(schedule, 3.5)} == {"b": 1.0, "c": 2.0, "d": 3.0}
    assert schedule.overtaken(7.9) == []
    assert len(schedule.overtaken(11.5)) == 4


def test_a_held_device_keeps_its_tick() -> None:
    """A quarantined device waits for its turn while others go on."""
    schedule = Schedule([FAST, SLOW], 0.0)
    schedule.hold("a")

    assert drain(schedule, 0.0) == [Tick(SLOW, 0.0)]
    assert schedule.next_due(0.0) == 1.0
    schedule.release("a", 0.5)
    assert schedule.next_due(0.5) == 0.5
    assert drain(schedule, 0.5) == [Tick(FAST, 0.0)]


def test_a_device_that_is_held_while_its_tick_waits() -> None:
    """The tick is not taken before the device is released, and is counted when it is overtaken."""
    schedule = Schedule([FAST], 0.0)
    schedule.overtaken(0.0)
    schedule.hold("a")

    assert schedule.take(0.0) is None
    assert schedule.overtaken(2.5) == [FAST] * 2
    schedule.release("a", 2.5)
    schedule.release("a", 2.5)
    assert drain(schedule, 2.5) == [Tick(FAST, 2.0)]


def test_a_returned_device_is_due_at_once() -> None:
    """All its groups, and its grid stays."""
    schedule = Schedule([SLOW], 0.0)
    drain(schedule, 0.0)

    schedule.now("b", 3.2)

    assert drain(schedule, 3.2) == [Tick(SLOW, 3.2)]
    assert schedule.next_due(3.2) == 60.0


def test_once_is_once() -> None:
    """A job without a period is asked until it succeeds, and then never again."""
    job = Job("a", "once", 0.0)
    schedule = Schedule([job], 0.0)

    [tick] = drain(schedule, 0.0)
    schedule.finished(tick, 0.1, good=False)
    assert schedule.next_due(0.1) == ONCE_RETRY_S
    [tick] = drain(schedule, 60.0)
    assert tick == Tick(job, ONCE_RETRY_S)
    schedule.finished(tick, 0.1, good=True)
    schedule.now("a", 70.0)

    assert drain(schedule, 100.0) == []
    assert schedule.next_due(100.0) == inf


# -- riders ------------------------------------------------------------------------------------------------------------


def riding() -> Schedule:
    """Return three groups of one device and one of another; nothing is due before 8 seconds."""
    jobs = [Job("a", "fast", 8.0), Job("a", "slow", 10.0), Job("a", "rare", 3600.0), Job("b", "slow", 8.5)]
    schedule = Schedule([*jobs, Job("a", "once", 0.0)], 0.0)
    for tick in drain(schedule, 0.0):
        schedule.finished(tick, 0.0, good=True)
    for job in jobs:
        schedule._by_device[job.device][job.group].phase = 0.0
        schedule._by_device[job.device][job.group].following = job.period_s
    schedule._ticks = sorted((row.following, row.place, row) for row in schedule._rows)
    return schedule


def test_nearly_due_groups_of_the_device_are_companions() -> None:
    """`slow` is due in two seconds and `fast` only in eight again; `rare` has time, and `other` is another device's."""
    schedule = riding()
    [tick] = drain(schedule, 8.0)

    assert schedule.companions(tick, 8.0) == {"slow"}


def test_what_rides_has_been_served_and_its_grid_stays() -> None:
    """The tick at 10 is taken at 8, and the next one comes at 20."""
    schedule = riding()
    drain(schedule, 8.0)

    assert schedule.ride("a", {"slow"}, 8.0) == [Tick(Job("a", "slow", 10.0), 10.0)]
    assert drain(schedule, 12.0) == [Tick(Job("b", "slow", 8.5), 8.5)]
    assert schedule.overtaken(16.0) == []
    assert [tick.due for tick in drain(schedule, 20.0) if tick.job.group == "slow" and tick.job.device == "a"] == [20.0]


def test_what_waits_already_may_ride_too() -> None:
    """It leaves the queue with the tick that takes it along."""
    schedule = Schedule([Job("a", "fast", 1.0), Job("a", "slow", 60.0)], 0.0)
    tick = schedule.take(0.0)

    assert tick is not None
    assert schedule.companions(tick, 0.0) == {"slow"}
    assert schedule.ride("a", {"slow"}, 0.0) == [Tick(Job("a", "slow", 60.0), 0.0)]
    assert schedule.take(0.0) is None


# -- clocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_a_clock_that_jumps_brings_neither_a_burst_nor_a_hole(jump_s: float) -> None:
    """What was due in three seconds still is, on the clock as it now is, and no tick is invented or lost."""
    jobs = [Job(str(i), "normal", 10.0) for i in range(10)]
    schedule = Schedule(jobs, 0.0)
    drain(schedule, 0.0)
    taken = []
    for step in range(400):
        now = step / 10 + (jump_s if step >= 204 else 0.0)
        assert schedule.overtaken(now) == []
        taken += [step / 10 for _ in drain(schedule, now)]

    # The jump hides the tenth of a second before it.
    assert taken == pytest.approx([*range(1, 21), *(second + 0.1 for second in range(21, 40))])


def test_a_late_look_is_no_jump() -> None:
    """Half a minute without a look was overload: its ticks are counted, and one of each job waits."""
    schedule = Schedule([FAST, Job("b", "fast", 2.0)], 0.0)
    drain(schedule, 0.0)

    assert Counter(job.device for job in schedule.overtaken(30.5)) == {"a": 29, "b": 14}
    assert len(drain(schedule, 30.5)) == 2


# -- overload ----------------------------------------------------------------------------------------------------------


def shares(jobs: list[Job], cost: Mapping[Job, float], seconds: float) -> dict[Job, float]:
    """Run the jobs on a bus that each poll holds for its cost; return which share of its ticks each got."""
    schedule = Schedule(jobs, 0.0)
    polled: Counter[Job] = Counter()
    overtaken: Counter[Job] = Counter()
    now = 0.0
    while now < seconds:
        overtaken.update(schedule.overtaken(now))
        tick = schedule.take(now)
        if tick is None:
            now = schedule.next_due(now)
            continue
        polled[tick.job] += 1
        now += cost[tick.job]
        schedule.finished(tick, cost[tick.job], good=True)
    overtaken.update(schedule.overtaken(now))
    for job in jobs:
        # The first tick comes within one period, and one may still wait.
        ticks = now / job.period_s
        assert polled[job] + overtaken[job] == pytest.approx(ticks, abs=2), "every tick is polled, counted, or waits"
    return {job: polled[job] / (polled[job] + overtaken[job]) for job in jobs}


def loaded(jobs: list[Job], raw_cost: Mapping[Job, float], load: float) -> dict[Job, float]:
    """Scale costs so that the jobs ask for `load` times what the bus carries."""
    factor = load / sum(raw_cost[job] / job.period_s for job in jobs)
    return {job: raw_cost[job] * factor for job in jobs}


GROUPS = {"normal": 5.0, "slow": 60.0, "own": 1.7}
DEVICES = [Job(str(unit), group, period_s) for unit in range(12) for group, period_s in GROUPS.items()]


@pytest.mark.parametrize(("load", "share"), [(0.9, 1.0), (1.0, 1.0), (1.5, 1 / 1.5), (4.0, 1 / 4.0)])
def test_every_group_loses_the_same_share(load: float, share: float) -> None:
    """Whatever its period, and however long its polls take: from 1.7 to 60 seconds, short polls and long ones."""
    raw = {job: 1.0 + 7 * place % 13 for place, job in enumerate(DEVICES)}

    got = shares(DEVICES, loaded(DEVICES, raw, load), 6000.0)

    assert list(got.values()) == pytest.approx([share] * len(got), abs=0.025)


URGENT = [Job(str(unit), "fast", 1.0) for unit in range(12)]


@pytest.mark.parametrize(
    ("urgent_load", "others_load", "urgent_share", "others_share"),
    [
        (0.5, 1.0, 1.0, 0.5),
        (0.8, 3.2, 1.0, 0.2 / 3.2),
        (1.5, 0.05, 0.95 / 1.5, 1.0),
        (1.5, 2.5, 0.9 / 1.5, 0.1 / 2.5),
        (4.0, 0.4, 0.9 / 4.0, 0.1 / 0.4),
    ],
)
def test_fast_groups_lose_polls_last_and_nobody_starves(
    urgent_load: float, others_load: float, urgent_share: float, others_share: float
) -> None:
    """While the fast ones fit they lose nothing; when they do not, the others have a tenth of the time all the same."""
    others = [Job(str(unit), group, GROUPS[group]) for unit in range(40) for group in ("normal", "slow")]
    cost = loaded(URGENT, dict.fromkeys(URGENT, 1.0), urgent_load) | loaded(
        others, dict.fromkeys(others, 1.0), others_load
    )

    got = shares(URGENT + others, cost, 6000.0)

    assert [got[job] for job in URGENT] == pytest.approx([urgent_share] * len(URGENT), abs=0.025)
    assert [got[job] for job in others] == pytest.approx([others_share] * len(others), abs=0.025)


@given(
    periods=st.lists(st.sampled_from((0.7, 1.0, 3.0, 10.0, 45.0)), min_size=10, max_size=20),
    costs=st.lists(st.floats(0.2, 1.0), min_size=20, max_size=20),
    load=st.floats(1.1, 6.0),
)
@example(periods=[0.7, 0.7, 0.7, 1.0, 1.0, 45.0, 1.0, 0.7, 1.0, 3.0], costs=[1.0, 0.25, 0.5] + 17 * [1.0], load=3.0)
@settings(max_examples=10)
def test_any_overload_is_shared_equally(periods: list[float], costs: list[float], load: float) -> None:
    """Periods, costs and loads at random: nobody is further from the fair share than 5 % of it and two polls."""
    jobs = [Job(str(place), "normal", period_s) for place, period_s in enumerate(periods)]
    cost = loaded(jobs, dict(zip(jobs, costs, strict=False)), load)
    assume(max(cost.values()) < min(periods))
    seconds = 40 * load * max(periods)

    got = shares(jobs, cost, seconds)

    for job in jobs:
        assert abs(got[job] - 1 / load) <= 0.05 / load + 2 * job.period_s / seconds


@pytest.mark.parametrize("load", [1.2, 1.5, 2.0])
def test_two_jobs_share_equally_too(load: float) -> None:
    """Often one of them is polled before the other one's tick has come, so that nobody waits for a moment."""
    jobs = [Job("a", "normal", 1.0), Job("b", "normal", 7.0)]

    got = shares(jobs, loaded(jobs, {jobs[0]: 1.0, jobs[1]: 0.7}, load), 3000.0)

    assert list(got.values()) == pytest.approx([1 / load] * 2, abs=0.01)


def test_a_device_that_was_away_makes_no_burst() -> None:
    """It comes back first, at the pace of its own grid for some seconds, and then has the share that all have."""
    jobs = [Job(name, "normal", 1.0) for name in "abcd"]
    schedule = Schedule(jobs, 0.0)
    schedule.hold("a")
    order = ""
    now = 0.0
    while len(order) < 300:
        if len(order) == 100:
            schedule.release("a", now)
        schedule.overtaken(now)
        tick = schedule.take(now)
        assert tick is not None
        order += tick.job.device
        now += 0.5
        schedule.finished(tick, 0.5, good=True)

    assert "a" not in order[:100]
    assert order[100] == "a"
    assert "aa" not in order
    assert order[140:].count("a") == pytest.approx(160 / 4, abs=2)


def test_a_group_that_a_device_turns_out_not_to_have_is_never_due() -> None:
    """Neither the tick that waits nor another, also when the device is back; nothing of it is overtaken."""
    jobs = [Job("a", "fast", 1.0), Job("a", "slow", 5.0)]
    schedule = Schedule(jobs, 0.0)
    schedule.overtaken(0.0)

    schedule.only("a", ("fast",), 0.0)
    schedule.now("a", 0.0)

    assert [tick.job.group for tick in drain(schedule, 0.0)] == ["fast"]
    for now in range(1, 30):
        assert schedule.overtaken(float(now)) == []
        assert [tick.job.group for tick in drain(schedule, float(now))] == ["fast"]


def test_a_group_that_a_device_has_after_all_is_due_at_once_and_on_its_grid_then() -> None:
    """Another device stands in its place; a group that it had all the time keeps its grid."""
    schedule = Schedule([Job("a", "fast", 1.0), Job("a", "slow", 5.0)], 0.0)
    schedule.only("a", ("fast",), 0.0)
    drain(schedule, 0.0)

    schedule.only("a", ("fast", "slow"), 0.5)

    assert [tick.job.group for tick in drain(schedule, 0.5)] == ["slow"]
    slow = []
    for now in range(1, 21):
        slow += [tick for tick in drain(schedule, float(now)) if tick.job.group == "slow"]
    assert [later.due - earlier.due for earlier, later in pairwise(slow)] == pytest.approx([5.0] * 3)
    assert len(slow) == 4


def test_a_job_that_comes_is_polled_at_once_and_moves_nobody() -> None:
    """Its grid lies in the widest gap between those of its period."""
    old = [Job(str(place), "fast", 4.0) for place in range(3)]
    schedule, undisturbed = Schedule(old, 0.0), Schedule(old, 0.0)
    drain(schedule, 1.5)
    drain(undisturbed, 1.5)
    new = Job("new", "fast", 4.0)

    schedule.add([new], 1.5)

    assert [tick.job for tick in drain(schedule, 1.5)] == [new]
    expected = [(tick.job, tick.due) for step in range(4, 90) for tick in drain(undisturbed, step / 2)]
    ticks = [tick for step in range(4, 90) for tick in drain(schedule, step / 2)]
    assert [(tick.job, tick.due) for tick in ticks if tick.job != new] == expected
    assert {round(tick.due % 4.0, 6) for tick in ticks if tick.job != new}.isdisjoint(
        {round(tick.due % 4.0, 6) for tick in ticks if tick.job == new}
    )
    assert schedule.overtaken(45.0) == undisturbed.overtaken(45.0)


def test_a_device_that_leaves_is_forgotten_with_what_waits() -> None:
    """What was overtaken before is told; the tick that waits is withdrawn; others are where they were."""
    leaving, staying = Job("a", "fast", 1.0), Job("b", "fast", 1.0)
    schedule = Schedule([leaving, staying], 0.0)
    schedule.hold("a")
    drain(schedule, 0.0)
    overtaken = schedule.overtaken(1.7)

    schedule.remove("a")

    assert Counter(job.device for job in overtaken)["a"] == 1
    assert [tick.job for tick in drain(schedule, 2.5)] == [staying]
    assert {job.device for job in schedule.overtaken(9.0)} == {"b"}
    assert schedule.room_s(9.0) == 0.0


def test_a_device_may_come_back() -> None:
    """As if nobody had heard of it before: it is not held, and due at once."""
    schedule = Schedule([FAST, SLOW], 0.0)
    drain(schedule, 0.0)
    schedule.hold("a")
    schedule.remove("a")

    schedule.add([FAST], 0.2)

    assert [tick.job for tick in drain(schedule, 0.2)] == [FAST]


@pytest.mark.parametrize(("before", "after"), [(1.0, 60.0), (60.0, 1.0), (0.0, 5.0), (5.0, 0.0)])
def test_a_job_gets_another_period(before: float, after: float) -> None:
    """Its next tick is one new period away at most, and the ticks go on from there."""
    schedule = Schedule([Job("a", "fast", before), SLOW], 0.0)
    for tick in drain(schedule, 0.0):
        schedule.finished(tick, 0.0, good=True)
    drain(schedule, 0.9)

    schedule.retime(Job("a", "fast", after), 0.9)

    step_s = (after or ONCE_RETRY_S) / 4
    due = [t.due for step in range(1, 40) for t in drain(schedule, 0.9 + step * step_s) if t.job.device == "a"]
    assert due[0] <= 0.9 + (after or ONCE_RETRY_S)
    steps_s = [later - earlier for earlier, later in pairwise(due)]
    assert len(steps_s) >= 8
    assert steps_s == pytest.approx([after or ONCE_RETRY_S] * len(steps_s))
    assert schedule.overtaken(0.9 + 39 * step_s) == []


def test_a_tick_that_waits_goes_on_waiting_with_another_period() -> None:
    """It is polled once, and neither lost nor counted as lost."""
    schedule = Schedule([FAST], 0.0)

    schedule.retime(Job("a", "fast", 0.5), 0.1)

    assert len(drain(schedule, 0.9)) == 1
    assert schedule.overtaken(0.9) == []


@given(
    changes=st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([0.0, 0.5, 1.0, 3.0])), max_size=40),
    looks=st.lists(st.floats(0.01, 0.7), min_size=40, max_size=40),
)
def test_every_tick_of_who_stays_meets_one_fate_whoever_comes_and_goes(
    changes: list[tuple[str, float]], looks: list[float]
) -> None:
    """Polled or overtaken, one for each period that has passed, and one more at the start."""
    schedule, here, fates, now = Schedule([Job("stays", "fast", 1.0)], 0.0), set[str](), 0, 0.0
    for place, look_s in enumerate(looks):
        now += look_s
        if place < len(changes):
            device, period_s = changes[place]
            if device not in here:
                schedule.add([Job(device, "fast", period_s)], now)
                here.add(device)
            elif period_s:
                schedule.retime(Job(device, "fast", period_s), now)
            else:
                schedule.remove(device)
                here.remove(device)
        fates += sum(job.device == "stays" for job in schedule.overtaken(now))
        fates += sum(tick.job.device == "stays" for tick in drain(schedule, now))

    assert fates == 1 + int(now + 1e-9)
