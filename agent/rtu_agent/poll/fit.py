"""The smallest interval with which a bus can carry its schedule."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, log10
from typing import Final

from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import bus_load

LONGEST_S: Final = 86_400.0
DIGITS: Final = 3
"""Of the interval that is given; it is rounded up."""
HALVINGS: Final = 40


def smallest_interval_s(jobs: Sequence[Job], plans: Mapping[str, DevicePlans], scaled: Collection[Job]) -> float | None:
    """Return the smallest interval that fits when no device of the bus has a shorter one, seconds.

    A device that is polled more often than that gets it as the `interval` of all its scaled groups, and the others stay
    as they are. The answer has three digits.

    Args:
        jobs: all of a bus that cannot carry them.
        plans: those of each device, by name.
        scaled: the jobs whose period an `interval` sets.

    Returns:
        None when the groups that no `interval` sets are too much already.
    """

    def fits(interval_s: float) -> bool:
        return bus_load(_stretched(jobs, scaled, interval_s), plans).fits

    if not fits(LONGEST_S):
        return None
    low_s, high_s = min(job.period_s for job in scaled), LONGEST_S
    for _ in range(HALVINGS):
        middle_s = (low_s * high_s) ** 0.5
        low_s, high_s = (low_s, middle_s) if fits(middle_s) else (middle_s, high_s)
    return _rounded_up(high_s)


def _stretched(jobs: Iterable[Job], scaled: Collection[Job], interval_s: float) -> list[Job]:
    hasty = {job.device for job in scaled if job.period_s < interval_s}
    return [replace(job, period_s=interval_s) if job.device in hasty and job in scaled else job for job in jobs]


def _rounded_up(seconds: float) -> float:
    step = 10.0 ** (floor(log10(seconds)) - DIGITS + 1)
    return round(ceil(seconds / step - 1e-9) * step, 9)
