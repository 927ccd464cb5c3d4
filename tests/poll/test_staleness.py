"""The worst staleness is never exceeded: the real schedule runs for an hour on a clock turned by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from random import Random

import pytest

from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import bus_load
from rtu_agent.poll.schedule import Schedule
from rtu_agent.poll.staleness import worst_staleness_s
from support.loads import Beside, Patient, Scattered, plans

HOUR_S = 3600.0
START_S = 20.0
"""What the start of all jobs at one moment does is over by then."""


def oldest_s(jobs: Sequence[Job], plans_of: Mapping[str, DevicePlans], for_s: float = HOUR_S) -> Mapping[str, float]:
    """Poll, each poll taking the time it is predicted to take; return the greatest age of each group's values."""
    schedule = Schedule(jobs, 0.0)
    now = 0.0
    read_at: dict[Job, float] = {}
    oldest: dict[str, float] = {}
    while now < for_s:
        schedule.overtaken(now)
        tick = schedule.take(now)
        if tick is None:
            now = schedule.next_due(now)
            continue
        began = now
        device_plans = plans_of[tick.job.device]
        group = frozenset({tick.job.group})
        riders = device_plans.riders(group, schedule.companions(tick, now))
        served = [tick.job, *(ridden.job for ridden in schedule.ride(tick.job.device, riders, now))]
        held_s = device_plans.poll(group | riders).held_s
        now += held_s
        schedule.finished(tick, held_s, good=True)
        for job in served:
            if job in read_at and began > START_S:
                oldest[job.group] = max(oldest.get(job.group, 0.0), now - read_at[job])
            read_at[job] = began
    return oldest


def site(count: int, driver: type[Scattered], *periods_s: float) -> tuple[list[Job], dict[str, DevicePlans]]:
    """Return equal devices with one period for each of their groups."""
    names = [f"d{number}" for number in range(count)]
    jobs = [
        Job(name, group, period_s)
        for name in names
        for group, period_s in zip(("fast", "normal", "slow"), periods_s, strict=False)
    ]
    return jobs, {name: plans(driver) for name in names}


@pytest.mark.parametrize(
    ("count", "driver", "periods_s", "for_s"),
    [
        (1, Scattered, (1.0, 5.0, 60.0), HOUR_S),
        (5, Scattered, (1.0, 5.0, 60.0), HOUR_S),
        (25, Scattered, (1.0, 5.0, 60.0), HOUR_S / 3),
        (30, Scattered, (1.7, 3.1, 7.3), HOUR_S / 3),
        (3, Scattered, (0.2, 0.3, 0.7), HOUR_S),
        (6, Patient, (1.0, 5.0, 60.0), HOUR_S),
    ],
)
def test_no_value_becomes_older(
    count: int, driver: type[Scattered], periods_s: tuple[float, ...], for_s: float
) -> None:
    """From a bus that is nearly idle to one that is nearly full; and the bound is no more than twice what happens."""
    jobs, plans_of = site(count, driver, *periods_s)
    load = bus_load(jobs, plans_of)
    assert load.fits

    worst_s = worst_staleness_s(load)
    seen_s = oldest_s(jobs, plans_of, for_s)

    assert seen_s.keys() == worst_s.keys()
    for group, age_s in seen_s.items():
        assert age_s <= worst_s[group] + 1e-9
        assert worst_s[group] <= 2 * age_s


@pytest.mark.parametrize("seed", range(20))
def test_no_value_of_a_random_site_becomes_older(seed: int) -> None:
    """Quick and slow devices, any intervals, any load that fits."""
    chance = Random(seed)
    names = [f"d{number}" for number in range(chance.randint(1, 20))]
    plans_of = {name: plans(Scattered, turnaround_s=chance.choice((0.005, 0.02, 0.1, 0.5))) for name in names}
    wished = [
        Job(name, group, chance.uniform(0.2, 10.0))
        for name in names
        for group in chance.sample(("fast", "normal", "slow"), chance.randint(1, 3))
    ]
    stretch = bus_load(wished, plans_of).held / chance.uniform(0.3, 0.94)
    jobs = [replace(job, period_s=job.period_s * stretch) for job in wished]

    worst_s = worst_staleness_s(bus_load(jobs, plans_of))

    for group, age_s in oldest_s(jobs, plans_of, 200.0 * max(1.0, stretch)).items():
        assert age_s <= worst_s[group] + 1e-9


def test_a_bus_with_one_group_is_as_stale_as_its_interval_and_its_poll() -> None:
    """Nobody else is in the way."""
    jobs, plans_of = site(1, Scattered, 10.0)
    poll_s = plans_of["d0"].poll(frozenset({"fast"})).held_s

    assert worst_staleness_s(bus_load(jobs, plans_of)) == {"fast": pytest.approx(10.0 + poll_s)}


def test_a_full_bus_keeps_the_deadlines_of_those_in_a_hurry() -> None:
    """The longest busy time is long then, but earliest deadline first polls a fast group within its interval."""
    jobs, plans_of = site(25, Scattered, 1.0, 5.0, 60.0)

    assert worst_staleness_s(bus_load(jobs, plans_of))["fast"] == pytest.approx(2.0)


def test_a_poll_that_is_longer_than_a_fast_interval_makes_it_wait() -> None:
    """Polls are not interrupted, so a deadline can be missed on a bus that is nearly idle."""
    jobs = [Job("quick", "fast", 0.2), Job("slug", "normal", 60.0)]
    plans_of = {"quick": plans(Scattered), "slug": plans(Scattered, turnaround_s=1.0)}

    worst_s = worst_staleness_s(bus_load(jobs, plans_of))

    assert 1.2 < worst_s["fast"] < 2.0
    assert oldest_s(jobs, plans_of)["fast"] <= worst_s["fast"]


def test_a_rider_may_be_read_one_interval_of_its_host_early() -> None:
    """Its last value may be that much older when the next one comes."""
    jobs = [Job("d", "fast", 1.0), Job("d", "slow", 60.0)]
    riding, alone = ({"d": plans(driver)} for driver in (Beside, Scattered))

    with_ride = worst_staleness_s(bus_load(jobs, riding))["slow"]

    assert with_ride == pytest.approx(worst_staleness_s(bus_load(jobs, alone))["slow"] + 1.0, abs=0.1)


def test_identity_is_read_once_and_in_the_way_then() -> None:
    """Its poll may come before any other one."""
    jobs, plans_of = site(1, Scattered, 10.0)
    load = bus_load(jobs, plans_of)

    assert worst_staleness_s(load, [0.5])["fast"] == pytest.approx(worst_staleness_s(load)["fast"] + 0.5)


def test_a_schedule_that_does_not_fit_has_no_worst_case() -> None:
    """Polls are skipped without end."""
    jobs, plans_of = site(40, Scattered, 1.0, 5.0, 60.0)

    assert set(worst_staleness_s(bus_load(jobs, plans_of)).values()) == {inf}
