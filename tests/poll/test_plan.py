"""Plans hold every wanted span whole, within the device's limits, in the least wire time."""

from itertools import combinations

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


SPANS = st.lists(
    st.builds(Span, st.sampled_from((Table.HOLDING, Table.COIL)), st.integers(0, 60), st.integers(1, 4)),
    min_size=1,
    max_size=7,
    unique=True,
)
REACHES = st.builds(
    Reach,
    st.integers(4, 30),
    st.booleans(),
    st.just(()),
)
COSTS = st.builds(WireCost, st.sampled_from((0.0042, 0.001, 0.0001)), st.just(0.002), st.floats(0.001, 0.1))


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


@given(SPANS, REACHES, COSTS)
def test_every_span_lies_whole_in_one_allowed_block(spans: list[Span], reach: Reach, cost: WireCost) -> None:
    """Whatever is wanted comes whole, in blocks the device allows."""
    blocks = plan(spans, reach, cost)

    for span in spans:
        assert any(holds(block, span) for block in blocks)
    for block in blocks:
        assert reach.allows(block, sorted(span for span in spans if holds(block, span)))


@settings(max_examples=150)
@given(SPANS, REACHES, COSTS)
def test_no_cover_is_cheaper(spans: list[Span], reach: Reach, cost: WireCost) -> None:
    """Equal to brute force over all ways to cut the sorted spans."""
    cheapest_s = 0.0
    for table in {span.table for span in spans}:
        own = sorted(span for span in spans if span.table == table)
        cheapest_s += min(total for cuts in all_cuts(len(own)) if (total := price(own, cuts, reach, cost)) is not None)

    assert sum(map(cost.block_s, plan(spans, reach, cost))) == pytest.approx(cheapest_s)


def holds(block: Span, span: Span) -> bool:
    """Return whether the block holds the span whole."""
    return block.table == span.table and block.address <= span.address and span.end <= block.end


def all_cuts(count: int) -> list[tuple[int, ...]]:
    """Return every way to cut a row of `count` things into runs."""
    return [cuts for size in range(count) for cuts in combinations(range(1, count), size)]


def price(spans: list[Span], cuts: tuple[int, ...], reach: Reach, cost: WireCost) -> float | None:
    """Return what these cuts cost, or None where the device does not allow them."""
    total = 0.0
    for start, end in zip((0, *cuts), (*cuts, len(spans)), strict=True):
        run = spans[start:end]
        block = Span(run[0].table, run[0].address, max(span.end for span in run) - run[0].address)
        if not reach.allows(block, run):
            return None
        total += cost.block_s(block)
    return total
