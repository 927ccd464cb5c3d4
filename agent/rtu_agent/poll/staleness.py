"""How old the newest value of a group can become while all devices answer.

A value of a group with interval T, read at a tick at the earliest, is the newest until the poll of the next tick has
ended. So the worst staleness is

    T + E + R

where R is the longest time from a tick to the end of its poll, and E is how long before its tick a riding group may
have been read: the interval of its host, or 0 for a group that does not ride.

For R there are two bounds, and the smaller one counts.

* L, the longest time for which the bus can be held without a break: the smallest L with L = sum of n(L) x C over all
  groups, where C is what one poll holds the bus for and n(L) = ceil((L + E) / T) how many of them can come in L, and
  one poll of each group `once` on top. At the end of L nothing waits, so whatever came has been polled, in whichever
  order, and even if a tick was overtaken by the next one of its group.
* D, the deadline: T of the group, or of its host if it rides. Polls go earliest deadline first and are not interrupted.
  All end by their deadlines if for every t up to L: the polls that come and have their deadlines within t need, with
  the longest poll whose own deadline is beyond t, no more than t (the processor demand criterion of non-preemptive EDF:
  George, Rivierre, Spuri 1996, "Preemptive and non-preemptive real-time uniprocessor scheduling").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Final

from rtu_agent.poll.load import BusLoad, GroupLoad

MOST_MOMENTS: Final = 5_000
"""So many deadlines are looked at; a bus that has more within L is not proven to keep them all."""
TINY: Final = 1e-9


def worst_staleness_s(load: BusLoad, once_s: Iterable[float] = ()) -> Mapping[str, float]:
    """Return the worst staleness of each group, over all devices of the bus, in seconds.

    It is infinite where the schedule does not fit: then polls are skipped, and it grows with what is skipped.

    Args:
        load: what the bus carries.
        once_s: how long the poll of each group `once` holds the bus.
    """
    extra = list(once_s)
    busy_s = _longest_busy_s(load, sum(extra))
    polls = [*_polls(load), *(_Poll(inf, held_s) for held_s in extra)]
    punctual = _keeps_deadlines(load.groups, polls, busy_s)
    worst: dict[str, float] = {}
    for group in load.groups:
        response_s = min(busy_s, _deadline_s(group)) if punctual else busy_s
        staleness_s = group.period_s + group.early_s + response_s
        worst[group.job.group] = max(staleness_s, worst.get(group.job.group, 0.0))
    return worst


@dataclass(frozen=True, slots=True)
class _Poll:
    """A poll that nobody interrupts, with all that may ride in it."""

    deadline_s: float
    held_s: float


def _polls(load: BusLoad) -> list[_Poll]:
    held_s = {group.job: group.held_s for group in load.groups if group.host is None}
    for group in load.groups:
        if group.host is not None:
            held_s[group.host] += group.held_s
    return [_Poll(job.period_s, seconds) for job, seconds in held_s.items()]


def _deadline_s(group: GroupLoad) -> float:
    return group.period_s if group.host is None else group.host.period_s


def _longest_busy_s(load: BusLoad, once_s: float) -> float:
    """Return L: put into its own equation until it stands. Without rounding up n(L), the equation gives `most_s`."""
    if not load.fits:
        return inf
    most_s = (once_s + sum(g.held_s * (1 + g.early_s / g.period_s) for g in load.groups)) / (1.0 - load.held)
    busy_s = once_s + sum(group.held_s for group in load.groups)
    while busy_s < most_s:
        longer_s = once_s + sum(ceil((busy_s + g.early_s) / g.period_s - TINY) * g.held_s for g in load.groups)
        if longer_s <= busy_s + TINY:
            return longer_s
        busy_s = longer_s
    return most_s


def _keeps_deadlines(groups: Sequence[GroupLoad], polls: Sequence[_Poll], busy_s: float) -> bool:
    if busy_s == inf or sum(busy_s / group.period_s for group in groups) > MOST_MOMENTS:
        return False
    return all(_demand_s(groups, t) + _blocking_s(polls, t) <= t + TINY for t in _moments(groups, busy_s))


def _moments(groups: Iterable[GroupLoad], busy_s: float) -> set[float]:
    """Return every deadline within the longest busy time, if everything begins together."""
    moments = set()
    for group in groups:
        deadline_s = _deadline_s(group)
        count = floor((busy_s - deadline_s + group.early_s) / group.period_s)
        moments |= {deadline_s + max(0.0, number * group.period_s - group.early_s) for number in range(count + 1)}
    return moments


def _demand_s(groups: Iterable[GroupLoad], t: float) -> float:
    """Return the time that polls need which come within `t` and have their deadlines there."""
    due = ((group, t - _deadline_s(group)) for group in groups)
    return sum(
        (floor((slack_s + group.early_s) / group.period_s + TINY) + 1) * group.held_s
        for group, slack_s in due
        if slack_s >= -TINY
    )


def _blocking_s(polls: Iterable[_Poll], t: float) -> float:
    return max((poll.held_s for poll in polls if poll.deadline_s > t + TINY), default=0.0)
