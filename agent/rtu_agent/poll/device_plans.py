"""All that one device can be asked: a plan for every set of groups that may be due together.

Plans are made when they are first asked for and kept until something changes that they rest on: the turnaround of the
unit, which is measured all the time, and the addresses it is known to refuse. What a poll becomes is never made again:
outputs know a series by its identity.

The group `once` is apart. What is read once is what a device is, and is stored in another place than what it measures.
Apart is every group as well that the author reads by a script. Where points are on pages, the plan is a script too: it
runs unbroken, and what it takes beside the blocks is found out by a rehearsal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, combinations
from typing import Final

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import IDENTITY, Series
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver, Page, Point, Points, Signal
from rtu_agent.driver_api.rehearsal import rehearse
from rtu_agent.driver_api.steps import Script
from rtu_agent.normalize.counters import CounterPlace, counter_places
from rtu_agent.normalize.decode import Decoded, Decoder
from rtu_agent.poll import identity
from rtu_agent.poll.plan import Reach, WireCost, assumed_turnaround_s, characters_of, plan
from rtu_agent.poll.requests import sizes_of
from rtu_agent.protocol.timing import LineSettings

ONCE: Final = "once"
WEIGHT: Final = 8
"""How many measurements a turnaround remembers, about."""
SHORTEST_TURNAROUND_S: Final = 0.0005
"""Below this a turnaround is nothing beside the silence, and its changes mean nothing."""
MOVED: Final = 1.25
"""By which factor the turnaround must have moved for plans to be made again."""
NANOSECONDS: Final = 9
"""Digits of a second that count when savings are compared; the rest is the rounding of floats."""

Groups = frozenset[str]


@dataclass(frozen=True, slots=True)
class PollPlan:
    """What one poll of a device reads, and the one record that it becomes."""

    groups: Groups
    blocks: tuple[Span, ...]
    """Empty when the device refuses all that the groups want."""
    decode: Callable[[Sequence[bytes | None]], Decoded]
    """Takes one payload for each block, None for a block that was not read."""
    series: Series
    """Its fields are those of all points of the groups, in the order of the driver, refused ones included."""
    wire_s: float
    """Predicted bus time: requests, turnarounds, replies and the silence of t3.5 after each."""
    held_s: float
    """The same with the pauses that the device needs beyond t3.5, in which nobody else can be asked either."""
    transactions: int
    """How many requests it takes: one for each block, and what pages and scripts need besides."""
    characters: int
    """Of these requests and their replies."""
    script: Callable[[Points], Script] | None = None
    """What reads the blocks unbroken, where their order or a page matters; None when each may be read at any time."""
    pages: tuple[Page | None, ...] = ()
    """What must be selected while each block is read."""
    stride: int = 1
    counters: tuple[CounterPlace, ...] = ()
    """Where the counters are among the values."""

    def points(self) -> Points:
        """Return the blocks as a part of the script."""
        return Points([*zip(self.blocks, self.pages, strict=True)], self.stride)


def _decode_nothing(_: Sequence[bytes | None]) -> Decoded:
    return Decoded((), RecordQuality.NO_ANSWER, {}, {})


NOTHING: Final = PollPlan(frozenset(), (), _decode_nothing, Series("", {}, ()), 0.0, 0.0, 0, 0)
"""The plan of a poll that asks for nothing, because nothing may be asked for."""


class DevicePlans:
    """One device.

    Args:
        driver: describes it.
        line: serial settings of its bus.
        tags: the tags of its records.
        turnaround_s: from the end of a request to the reply, where it is known.

    Raises:
        PlanError: the driver wants what one request cannot carry.
    """

    def __init__(
        self, driver: type[Driver], line: LineSettings, tags: Mapping[str, str], turnaround_s: float | None = None
    ) -> None:
        self._driver = driver
        self._line = line
        self._tags = tags
        self._turnaround_s = assumed_turnaround_s(line) if turnaround_s is None else turnaround_s
        self._refused: frozenset[Span] = frozenset()
        self._widest: int | None = None
        self._series: dict[Groups, Series] = {}
        self._plans: dict[Groups, PollPlan] = {}
        self._planned_s = self._turnaround_s
        self.groups: tuple[str, ...] = tuple(dict.fromkeys(signal.group for signal in driver.signals))
        """The groups that have points, in the order of the driver."""
        self._apart = frozenset({ONCE, *driver.scripts})
        for group in self.groups:
            self.poll(frozenset({group}))

    # -- what is asked -------------------------------------------------------------------------------------------------

    def poll(self, groups: Groups) -> PollPlan:
        """Return the plan that reads these groups together, at least one; it is the same object until plans change.

        Raises:
            ValueError: the device has no such group, or one that is apart is not alone.
        """
        found = self._plans.get(groups)
        if found is None:
            found = self._plans[groups] = self._plan(groups)
        return found

    def riders(self, due: Groups, nearly: Groups) -> Groups:
        """Return which of the groups that are nearly due travel along with those that are due, because it is free.

        Free means: the bus is held longer now by less than each rider, read on its own soon, would hold it. So every
        ride saves bus time, if only by a request that two groups share. Of several choices the one that saves most is
        taken. What is nearly due is for the schedule to say: a slower group whose tick comes before the next tick of
        the fastest group that is due. Then each of its ticks finds one ride, and none is far ahead of its time.
        """
        if due & self._apart:
            return frozenset()
        able = sorted(nearly & {*self.groups} - due - self._apart)
        if not able:
            return frozenset()
        choices = [frozenset(some) for size in range(len(able) + 1) for some in combinations(able, size)]
        return max(choices, key=lambda some: self._saved_s(due, some))  # of equal ones the first, which is the smallest

    def all(self) -> list[Groups]:
        """Return what is polled together when everything is asked for: what the device is, then what it measures."""
        alone = sorted(self._apart & {*self.groups}, key=lambda group: (group != ONCE, group))
        rest = frozenset(self.groups) - self._apart
        return [*(frozenset({group}) for group in alone), *([rest] if rest else [])]

    def _saved_s(self, due: Groups, riders: Groups) -> float:
        alone_s = sum(self.poll(frozenset({rider})).held_s for rider in riders)
        extra_s = self.poll(due | riders).held_s - self.poll(due).held_s
        return round(alone_s - extra_s, NANOSECONDS)

    # -- what is known of the device -----------------------------------------------------------------------------------

    @property
    def turnaround_s(self) -> float:
        """From the end of a request to the first character of the reply: the moving estimate."""
        return self._turnaround_s

    def learn_turnaround(self, turnaround_s: float) -> bool:
        """Take a measured turnaround; return whether the plans were dropped, because it has moved by a quarter.

        One measurement counts as at most twice and at least half the estimate, so that one slow reply does not make
        new plans.
        """
        bounded_s = min(max(turnaround_s, self._turnaround_s / 2, SHORTEST_TURNAROUND_S), self._turnaround_s * 2)
        self._turnaround_s += (bounded_s - self._turnaround_s) / WEIGHT
        if 1 / MOVED < self._turnaround_s / self._planned_s < MOVED:
            return False
        self._drop()
        return True

    @property
    def refused(self) -> frozenset[Span]:
        """Addresses that the device refuses to give: no block touches them, and points there are not read.

        Their values are missing with the reason `exception`. Setting it drops the plans if it changes anything.
        """
        return self._refused

    @refused.setter
    def refused(self, refused: Iterable[Span]) -> None:
        spans = frozenset(refused)
        if spans != self._refused:
            self._refused = spans
            self._drop()

    @property
    def widest(self) -> int | None:
        """The widest block that the device gives, where that was found to be less than its driver says.

        A value that is wider is asked for all the same. Setting it drops the plans if it changes anything.
        """
        return self._widest

    @widest.setter
    def widest(self, widest: int | None) -> None:
        if widest != self._widest:
            self._widest = widest
            self._drop()

    def _drop(self) -> None:
        self._plans.clear()
        self._planned_s = self._turnaround_s

    # -- planning ------------------------------------------------------------------------------------------------------

    def _plan(self, groups: Groups) -> PollPlan:
        signals = self._signals(groups)
        refused = [signal for signal in signals if self._refuses(signal)]
        needed = dict.fromkeys(point for signal in signals if signal not in refused for point in signal.needs)
        standard_s = self._line.t35_s
        pause_s = max(standard_s, self._driver.limits.pause_s)
        cost = WireCost(self._line.character_s, pause_s, self._turnaround_s)
        parts = [(page, self._blocks(page, needed, cost)) for page in _pages(needed)]
        blocks = tuple(chain.from_iterable(part for _, part in parts))
        pages = tuple(page for page, part in parts for _ in part)
        decoder = Decoder(signals, blocks, refused, pages)
        script = self._script(groups, pages) if blocks else None
        stride = self._driver.limits.stride
        sizes = [characters_of(block) for block in blocks]
        if script is not None:
            steps, _ = rehearse(script(Points([*zip(blocks, pages, strict=True)], stride)))
            sizes = sizes_of(steps)
        held_s = sum(map(cost.transaction_s, sizes))
        return PollPlan(
            groups,
            blocks,
            identity.as_text(decoder) if groups == {ONCE} else decoder,
            self._series_of(groups, decoder),
            wire_s=held_s - len(sizes) * (pause_s - standard_s),
            held_s=held_s,
            transactions=len(sizes),
            characters=sum(sizes),
            script=script,
            pages=pages,
            stride=stride,
            counters=() if groups == {ONCE} else counter_places(signals),
        )

    def _script(self, groups: Groups, pages: Iterable[Page | None]) -> Callable[[Points], Script] | None:
        """Return what reads the groups in the author's order, or page by page; None when a plan of blocks is enough."""
        for group in self._driver.scripts.keys() & groups:
            return partial(self._driver.reading, group)
        return iter if any(pages) else None

    def _blocks(self, page: Page | None, needed: Iterable[Point], cost: WireCost) -> tuple[Span, ...]:
        """Return how the points of one page are read, or those that are on none."""
        points = [point for point in needed if point.page == page]
        lone = dict.fromkeys(point.span for point in points if point.alone)
        together = [point.span for point in points if not point.alone]
        return (*plan(together, self._reach(together, page), cost, self._driver.ties), *lone)

    def _reach(self, wanted: Iterable[Span], page: Page | None) -> Reach:
        limits = self._driver.limits
        widest = max([self._widest or limits.max_block, *(span.count for span in wanted)])
        return Reach(
            min(limits.max_block, widest),
            limits.gaps_readable,
            (*limits.unreadable, *self._refused),
            tuple(point.span for point in self._driver.registers if not point.alone and point.page == page),
            limits.boundaries,
        )

    def _signals(self, groups: Groups) -> list[Signal]:
        if not groups or not groups <= {*self.groups} or (groups & self._apart and len(groups) > 1):
            raise ValueError(f"{self._driver.name} cannot be polled for the groups {sorted(groups)} together")
        return [signal for signal in self._driver.signals if signal.group in groups]

    def _refuses(self, signal: Signal) -> bool:
        """Return whether the device refuses something that a signal needs."""
        return any(
            span.table == bad.table and span.address < bad.end and bad.address < span.end
            for span in signal.reads
            for bad in self._refused
        )

    def _series_of(self, groups: Groups, decoder: Decoder) -> Series:
        if groups not in self._series:
            if groups == {ONCE}:
                made = Series(IDENTITY, self._tags, identity.text_fields(decoder.fields))
            else:
                made = Series(self._driver.kind, self._tags, decoder.fields)
            self._series[groups] = made
        return self._series[groups]


def _pages(points: Iterable[Point]) -> list[Page | None]:
    """Return the pages that the points are on, those of one register together; what is on none comes first."""
    found = dict.fromkeys(point.page for point in points)
    return [page for page in [None] if page in found] + sorted(page for page in found if page is not None)
