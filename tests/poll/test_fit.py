"""The smallest interval that fits: it does, and a slightly smaller one does not."""

from dataclasses import replace

import pytest

from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.fit import smallest_interval_s
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import bus_load
from support.loads import Beside, Patient, Scattered, plans


def jobs_of(names: list[str], fast_s: float, normal_s: float, slow_s: float) -> list[Job]:
    """Return the jobs of devices with three groups."""
    periods = {"fast": fast_s, "normal": normal_s, "slow": slow_s}
    return [Job(name, group, period_s) for name in names for group, period_s in periods.items()]


def scaled(jobs: list[Job]) -> set[Job]:
    """Return the jobs that an `interval` sets."""
    return {job for job in jobs if job.group != "slow"}


def at(jobs: list[Job], interval_s: float) -> list[Job]:
    """Return the jobs with one interval for all."""
    return [replace(job, period_s=interval_s) if job.group != "slow" else job for job in jobs]


@pytest.mark.parametrize("driver", [Beside, Scattered, Patient])
@pytest.mark.parametrize("count", [5, 40])
def test_it_is_the_smallest(driver: type[Beside | Scattered], count: int) -> None:
    """With three digits."""
    names = [f"d{number}" for number in range(count)]
    device_plans = {name: plans(driver) for name in names}
    jobs = jobs_of(names, 0.05, 0.05, 60.0)
    assert not bus_load(jobs, device_plans).fits

    smallest_s = smallest_interval_s(jobs, device_plans, scaled(jobs))

    assert smallest_s is not None
    assert bus_load(at(jobs, smallest_s), device_plans).fits
    assert not bus_load(at(jobs, smallest_s * 0.98), device_plans).fits
    assert float(f"{smallest_s:.3g}") == smallest_s


def test_devices_that_are_slow_already_stay_as_they_are() -> None:
    """The interval is for those that are polled more often than that."""
    plans_of = {"hasty": plans(Scattered), "calm": plans(Scattered)}
    jobs = [*jobs_of(["hasty"], 0.02, 0.02, 60.0), *jobs_of(["calm"], 30.0, 40.0, 60.0)]

    smallest_s = smallest_interval_s(jobs, plans_of, scaled(jobs))

    assert smallest_s is not None
    assert smallest_s < 1.0
    hasty = [
        replace(job, period_s=smallest_s) if job in scaled(jobs) and job.device == "hasty" else job for job in jobs
    ]
    assert bus_load(hasty, plans_of).fits


def test_no_interval_helps_when_the_slow_groups_are_too_much() -> None:
    """They are set by `groups` alone."""
    device_plans: dict[str, DevicePlans] = {"d": plans(Scattered)}
    jobs = jobs_of(["d"], 1.0, 1.0, 0.02)

    assert smallest_interval_s(jobs, device_plans, scaled(jobs)) is None
    assert smallest_interval_s(jobs, device_plans, set()) is None
