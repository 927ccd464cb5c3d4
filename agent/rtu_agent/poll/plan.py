"""Which registers travel together: the blocks of least wire time.

A block costs its request, the silence around it, the unit's turnaround and its reply; a register that is read along
only because it lies between two wanted ones costs two characters. Whether bridging a gap is cheaper than asking twice
depends on the baud rate and the turnaround, so it is computed and not configured.

Theory of operation
-------------------
What must come whole is a range of addresses: one value, or a tie of several that must travel together. A range inside
another needs nothing of its own. Of the rest, sorted by where they begin, each ends behind the one before it, so a
block that holds two of them holds all between. The cheapest cover of the first n is therefore the cheapest cover of the
first k and one block over the rest, for the best k (dynamic programming over prefixes).

This is the optimum and not merely a good cover, because a narrower block never costs more and never breaks a limit that
a wider one keeps. Whoever adds a cost or a limit must keep it so; the tests compare with every possible cover.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from typing import Final

from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Boundary
from rtu_agent.poll.ground import Range, allowed_from, readable
from rtu_agent.protocol.timing import LineSettings

REQUEST_CHARACTERS: Final = 8
REPLY_OVERHEAD_CHARACTERS: Final = 5
THOUGHT_S: Final = 0.002


class PlanError(Exception):
    """The driver wants what one request cannot carry."""


def assumed_turnaround_s(line: LineSettings) -> float:
    """Return what is taken for the turnaround of a unit that has not been measured, seconds.

    A unit that keeps to the standard knows after t3.5 that the request is over, and a quick one then needs 2 ms.
    """
    return line.t35_s + THOUGHT_S


def characters_of(block: Span) -> int:
    """Return how many characters the request for `block` and its reply have together."""
    data = (block.count + 7) // 8 if block.table.of_bits else 2 * block.count
    return REQUEST_CHARACTERS + REPLY_OVERHEAD_CHARACTERS + data


@dataclass(frozen=True, slots=True)
class WireCost:
    """What a transaction costs on a bus, in seconds.

    Attributes:
        character_s: one character on the wire.
        silence_s: t3.5, or the unit's own pause where it is longer.
        turnaround_s: from the end of the request to the first character of the reply.
    """

    character_s: float
    silence_s: float
    turnaround_s: float

    def block_s(self, block: Span) -> float:
        """Return the seconds of bus time that reading `block` takes."""
        return self.transaction_s(characters_of(block))

    def transaction_s(self, characters: int) -> float:
        """Return the seconds of bus time of a request and its reply that have so many characters together."""
        return characters * self.character_s + self.silence_s + self.turnaround_s


@dataclass(frozen=True, slots=True)
class Reach:
    """What one request to a device may cover.

    Attributes:
        max_block: widest block in items of its table.
        gaps_readable: addresses nobody wants may be read along.
        unreadable: spans that no block may touch.
        known: spans that may be read along even if gaps may not, because the device is known to have them.
        boundaries: what no block may cross.
    """

    max_block: int = 125
    gaps_readable: bool = True
    unreadable: tuple[Span, ...] = field(default=())
    known: tuple[Span, ...] = field(default=())
    boundaries: tuple[Boundary, ...] = field(default=())


def plan(wanted: Iterable[Span], reach: Reach, cost: WireCost, ties: Iterable[Sequence[Span]] = ()) -> tuple[Span, ...]:
    """Return the blocks of least wire time that hold every wanted span whole, ordered by table and address.

    Args:
        wanted: the spans of the values.
        reach: what the device allows.
        cost: what its bus and its unit take.
        ties: spans that must share a block, such as a value and its scale factor; those that are not wanted are left
            out. A tie that the device does not allow in one block, or that is of two tables, binds nobody.

    Raises:
        PlanError: a wanted span is wider than the widest block, or unreadable.
    """
    spans = sorted(set(wanted))
    bound = [sorted(set(tie).intersection(spans)) for tie in ties]
    return tuple(
        block
        for _, group in groupby(spans, key=lambda span: span.table)
        for block in _of_table(list(group), reach, cost, bound)
    )


def _of_table(spans: list[Span], reach: Reach, cost: WireCost, ties: Iterable[list[Span]]) -> list[Span]:
    table = spans[0].table
    ground = readable(
        table,
        spans,
        reach.known,
        reach.unreadable,
        gaps_too=reach.gaps_readable,
        boundaries=[boundary.address for boundary in reach.boundaries if boundary.table == table],
    )
    for span in spans:
        if span.address < allowed_from(span.end, reach.max_block, ground):
            raise PlanError(f"{span} cannot be read: {_why(span, reach)}")
    whole = [(span.address, span.end) for span in spans]
    for first, end in (_range(tie) for tie in ties if tie and tie[0].table == tie[-1].table == table):
        if first >= allowed_from(end, reach.max_block, ground):
            whole.append((first, end))
    outer = _outermost(whole)
    floors = [allowed_from(end, reach.max_block, ground) for _, end in outer]
    block_s = [cost.block_s(Span(table, 0, count)) for count in range(reach.max_block + 1)]
    return [Span(table, first, end - first) for first, end in _cover(outer, floors, block_s)]


def _why(span: Span, reach: Reach) -> str:
    if span.count > reach.max_block:
        return f"the device allows {reach.max_block} items in one block"
    return "the device cannot read all of it"


def _range(spans: Sequence[Span]) -> Range:
    return spans[0].address, max(span.end for span in spans)


def _outermost(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges that are in no other one, in order: both their ends then grow from one to the next."""
    kept: list[Range] = []
    for first, end in sorted(ranges, key=lambda one: (one[0], -one[1])):
        if not kept or end > kept[-1][1]:
            kept.append((first, end))
    return kept


def _cover(ranges: list[Range], floors: list[int], block_s: list[float]) -> list[Range]:
    """Return the cheapest blocks over sorted ranges.

    Args:
        ranges: what each must be whole in some block.
        floors: for each, the lowest address at which a block that ends with it may begin.
        block_s: what a block costs, by its count.
    """
    best_s = [0.0]
    starts: list[int] = []
    for number, (_, end) in enumerate(ranges):
        cheapest_s, best = inf, number
        for start in range(number, -1, -1):
            first = ranges[start][0]
            if first < floors[number]:
                break
            total_s = best_s[start] + block_s[end - first]
            if total_s <= cheapest_s:
                cheapest_s, best = total_s, start
        best_s.append(cheapest_s)
        starts.append(best)
    return _walk_back(ranges, starts)


def _walk_back(ranges: list[Range], starts: list[int]) -> list[Range]:
    """Collect the last block of the best cover, then that of what lies before it, and so on."""
    blocks: list[Range] = []
    number = len(ranges)
    while number:
        start = starts[number - 1]
        blocks.append((ranges[start][0], ranges[number - 1][1]))
        number = start
    return blocks[::-1]
