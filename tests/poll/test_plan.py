"""Plans hold every wanted span whole, within the device's limits, in the least wire time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.registers import Span, Table
from rtu_agent.poll.plan import PlanError, Reach, WireCost, plan
from rtu_agent.protocol.timing import LineSettings

COST = WireCost(LineSettings(9600).character_s, LineSettings(9600).t35_s, 0.005)
ANY = Reach()


def holding(address: int, count: int = 1) -> Span:
    """Return a span of holding registers."""
    return Span(Table.HOLDING, address, count)


TABLES = st.sampled_from((Table.HOLDING, Table.COIL))
SPANS = st.lists(st.builds(Span, TABLES, st.integers(0, 60), st.integers(1, 4)), min_size=1, max_size=7, unique=True)
COSTS = st.builds(WireCost, st.sampled_from((0.0042, 0.001, 0.0001)), st.just(0.002), st.floats(0.001, 0.1))


@dataclass(frozen=True)
class Task:
    """What is to be planned: for the planner, and for those who check it."""

    spans: list[Span]
    reach: Reach
    cost: WireCost
    ties: list[list[Span]]

    def plan(self) -> tuple[Span, ...]:
        """Return what the planner makes of it."""
        return plan(self.spans, self.reach, self.cost, self.ties)

    def price(self, blocks: Iterable[Span]) -> float:
        """Return what blocks cost."""
        return sum(map(self.cost.block_s, blocks))

    def may_read(self, block: Span) -> bool:
        """Return whether the device allows a block, address by address."""
        addresses = {(block.table, address) for address in range(block.address, block.end)}
        has = {place for span in (*self.spans, *self.reach.known) for place in places(span)}
        refuses = {place for span in self.reach.unreadable for place in places(span)}
        reads = not addresses & refuses and (self.reach.gaps_readable or addresses <= has)
        return reads and block.count <= self.reach.max_block

    def binding_ties(self) -> list[Span]:
        """Return the hulls of the ties that one allowed block can hold."""
        hulls = [hull(tie) for tie in self.ties if len({span.table for span in tie}) == 1]
        return [one for one in hulls if self.may_read(one)]


@st.composite
def tasks(draw: st.DrawFn, *, strict: bool = True) -> Task:
    """Return a task with ties and unreadable ranges; not `strict`: without ties, and gaps may be read."""
    spans = draw(SPANS)
    bad = draw(st.lists(st.builds(Span, TABLES, st.integers(0, 60), st.integers(1, 3)), max_size=3))
    unreadable = tuple(one for one in bad if not any(places(one) & places(span) for span in spans))
    known = tuple(draw(st.lists(st.builds(Span, TABLES, st.integers(0, 60), st.integers(1, 9)), max_size=3)))
    reach = Reach(draw(st.integers(4, 30)), draw(st.booleans()) or not strict, unreadable, known)
    ties = draw(st.lists(st.lists(st.sampled_from(spans), min_size=2, max_size=3), max_size=3)) if strict else []
    return Task(spans, reach, draw(COSTS), ties)


def test_neighbours_travel_together() -> None:
    """Adjacent spans are one block."""
    assert plan([holding(0, 2), holding(2, 2), holding(4)], ANY, COST) == (holding(0, 5),)


def test_a_gap_is_bridged_while_that_is_cheaper() -> None:
    """At 9600 baud and 5 ms turnaround, 10 registers of gap are cheaper than a second request, 12 are not."""
    assert len(plan([holding(0, 2), holding(12, 2)], ANY, COST)) == 1
    assert len(plan([holding(0, 2), holding(14, 2)], ANY, COST)) == 2


def test_the_turnaround_decides() -> None:
    """A slow device makes wide blocks worth more."""
    slow = WireCost(COST.character_s, COST.silence_s, 0.05)

    assert len(plan([holding(0, 2), holding(32, 2)], ANY, slow)) == 1


def test_limits_are_kept() -> None:
    """Nothing wider than the widest block, and no value split."""
    blocks = plan([holding(2 * i, 2) for i in range(10)], Reach(max_block=5), COST)

    assert all(block.count <= 4 for block in blocks)
    assert sum(block.count for block in blocks) == 20


def test_gaps_that_cannot_be_read_are_not() -> None:
    """A device that refuses holes gets one block per run."""
    strict = Reach(gaps_readable=False)

    assert plan([holding(0), holding(1), holding(3)], strict, COST) == (holding(0, 2), holding(3))


def test_unreadable_spans_are_gone_round() -> None:
    """No block touches them, on the table they belong to."""
    reach = Reach(unreadable=(holding(2), Span(Table.INPUT, 0, 10)))

    assert plan([holding(0, 2), holding(3)], reach, COST) == (holding(0, 2), holding(3))


def test_bits_in_one_word_are_read_once() -> None:
    """Points that share words share their block."""
    assert plan([holding(5), holding(5), holding(4, 2)], ANY, COST) == (holding(4, 2),)


def test_tables_are_never_mixed() -> None:
    """Each table has its own function code."""
    blocks = plan([holding(0), Span(Table.INPUT, 1, 1)], ANY, COST)

    assert {block.table for block in blocks} == {Table.HOLDING, Table.INPUT}


def test_what_cannot_be_read_is_an_error() -> None:
    """A value wider than the widest block is the driver's mistake, and named."""
    with pytest.raises(PlanError, match=r"holding 0x0007\+4 cannot be read: the device allows 2 items"):
        plan([holding(7, 4)], Reach(max_block=2), COST)


def test_what_is_unreadable_is_an_error_that_says_so() -> None:
    """A driver's limits contradict its points."""
    with pytest.raises(PlanError, match=r"holding 0x0007\+2 cannot be read: the device cannot read all of it"):
        plan([holding(7, 2)], Reach(unreadable=(holding(8),)), COST)


def test_what_the_device_is_known_to_have_bridges_a_gap() -> None:
    """Where gaps may not be read, points that are not wanted now may."""
    strict = Reach(gaps_readable=False, known=(holding(1, 2),))

    assert plan([holding(0), holding(3)], strict, COST) == (holding(0, 4),)


def test_a_tie_travels_in_one_block() -> None:
    """A value and its scale factor come from the same moment, though two requests would be cheaper."""
    wanted = [holding(0), holding(60)]

    assert plan(wanted, ANY, COST) == tuple(wanted)
    assert plan(wanted, ANY, COST, [wanted]) == (holding(0, 61),)


def test_a_tie_that_the_device_does_not_allow_binds_nobody() -> None:
    """Too wide for one block, across something unreadable, of two tables: then each travels as it is cheapest."""
    wanted = [holding(0), holding(60)]
    coil = Span(Table.COIL, 0, 1)

    assert plan(wanted, Reach(max_block=60), COST, [wanted]) == tuple(wanted)
    assert plan(wanted, Reach(unreadable=(holding(30),)), COST, [wanted]) == tuple(wanted)
    assert plan([coil, holding(0)], ANY, COST, [[coil, holding(0)]]) == (coil, holding(0))


def test_ties_that_do_not_fit_into_one_block_together_overlap() -> None:
    """Two ties that cross may need two blocks that share addresses."""
    one, other = [holding(0), holding(20)], [holding(10), holding(30)]

    assert plan([*one, *other], Reach(max_block=25), COST, [one, other]) == (holding(0, 21), holding(10, 21))


def test_of_a_tie_only_what_is_wanted_is_read() -> None:
    """A tie names what belongs together, not what is due."""
    assert plan([holding(0)], ANY, COST, [[holding(0), holding(9)]]) == (holding(0),)


@given(tasks())
def test_every_span_and_every_tie_lies_whole_in_one_allowed_block(task: Task) -> None:
    """Whatever is wanted comes whole, in blocks the device allows."""
    blocks = task.plan()

    for span in (*task.spans, *task.binding_ties()):
        assert any(holds(block, span) for block in blocks)
    assert all(task.may_read(block) for block in blocks)
    assert list(blocks) == sorted(blocks)


@settings(max_examples=150)
@given(tasks())
def test_no_cover_is_cheaper(task: Task) -> None:
    """Equal to brute force over all ways to share out what must come whole among blocks, neighbours or not."""
    cheapest_s = 0.0
    for table in {span.table for span in task.spans}:
        whole = [one for one in {*task.spans, *task.binding_ties()} if one.table == table]
        covers = [[hull(part) for part in parts] for parts in partitions(whole)]
        cheapest_s += min(task.price(blocks) for blocks in covers if all(map(task.may_read, blocks)))

    assert task.price(task.plan()) == pytest.approx(cheapest_s)


@given(tasks())
def test_merging_is_never_costlier_than_not_merging(task: Task) -> None:
    """One request for each value is the dearest plan there is, ties apart."""
    assert task.price(replace(task, ties=[]).plan()) <= task.price(set(task.spans)) + 1e-9


@given(st.lists(st.builds(holding, st.integers(0, 900), st.integers(1, 4)), min_size=1, max_size=60), COSTS)
def test_no_constant_gap_is_cheaper(spans: list[Span], cost: WireCost) -> None:
    """Whatever number from 0 to 125 somebody would have configured."""
    task = Task(spans, ANY, cost, [])
    planned_s = task.price(task.plan())

    for gap in range(126):
        assert planned_s <= task.price(merged_over(gap, spans)) + 1e-9


@given(tasks(strict=False))
def test_no_constant_gap_is_cheaper_where_not_all_can_be_read(task: Task) -> None:
    """Nor with unreadable ranges, bits and narrow blocks."""
    planned_s = task.price(task.plan())

    for gap in range(126):
        assert planned_s <= task.price(merged_over(gap, task.spans, task.may_read)) + 1e-9


def places(span: Span) -> set[tuple[Table, int]]:
    """Return every address of a span."""
    return {(span.table, address) for address in range(span.address, span.end)}


def hull(spans: Sequence[Span]) -> Span:
    """Return the one block over all spans."""
    first = min(span.address for span in spans)
    return Span(spans[0].table, first, max(span.end for span in spans) - first)


def holds(block: Span, span: Span) -> bool:
    """Return whether the block holds the span whole."""
    return block.table == span.table and block.address <= span.address and span.end <= block.end


def partitions(things: list[Span]) -> Iterator[list[list[Span]]]:
    """Yield every way to share out things among sets."""
    if not things:
        yield []
        return
    first, rest = things[0], things[1:]
    for parts in partitions(rest):
        yield [[first], *parts]
        for place, part in enumerate(parts):
            yield [*parts[:place], [first, *part], *parts[place + 1 :]]


def merged_over(gap: int, spans: Iterable[Span], allowed: Callable[[Span], bool] | None = None) -> list[Span]:
    """Return the blocks of a planner that joins what is at most `gap` addresses apart, as others do."""
    blocks: list[Span] = []
    for span in sorted(set(spans)):
        if blocks and blocks[-1].table == span.table and span.address - blocks[-1].end <= gap:
            joined = hull([blocks[-1], span])
            if allowed(joined) if allowed else joined.count <= 125:
                blocks[-1] = joined
                continue
        blocks.append(span)
    return blocks
