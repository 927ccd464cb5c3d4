"""Which registers travel together: the blocks of least wire time.

A block costs its request, the silence around it, the unit's turnaround and its reply; a register that is read along
only because it lies between two wanted ones costs two characters. Whether bridging a gap is cheaper than asking twice
depends on the baud rate and the turnaround, so it is computed and not configured.

Per table the wanted spans are sorted by address, and the cheapest cover of the first n of them is the cheapest cover of
the first k plus one block over the rest, for the best k (dynamic programming over prefixes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from rtu_agent.domain.registers import Span

REQUEST_CHARACTERS: Final = 8
REPLY_OVERHEAD_CHARACTERS: Final = 5
DEFAULT_TURNAROUND_S: Final = 0.005


class PlanError(Exception):
    """The driver wants what one request cannot carry."""


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
    turnaround_s: float = DEFAULT_TURNAROUND_S

    def block_s(self, block: Span) -> float:
        """Return the seconds of bus time that reading `block` takes."""
        data = (block.count + 7) // 8 if block.table.of_bits else 2 * block.count
        characters = REQUEST_CHARACTERS + REPLY_OVERHEAD_CHARACTERS + data
        return characters * self.character_s + self.silence_s + self.turnaround_s


@dataclass(frozen=True, slots=True)
class Reach:
    """What one request to a device may cover.

    Attributes:
        max_block: widest block in items of its table.
        gaps_readable: addresses nobody wants may be read along.
        unreadable: spans that no block may touch.
    """

    max_block: int = 125
    gaps_readable: bool = True
    unreadable: tuple[Span, ...] = field(default=())

    def allows(self, block: Span, wanted: Sequence[Span]) -> bool:
        """Return whether `block`, which covers the sorted `wanted` spans, may be read."""
        if block.count > self.max_block or any(_touch(block, bad) for bad in self.unreadable):
            return False
        return self.gaps_readable or not _has_gap(wanted)


def plan(wanted: Iterable[Span], reach: Reach, cost: WireCost) -> tuple[Span, ...]:
    """Return the blocks of least wire time that hold every wanted span whole, ordered by table and address.

    Raises:
        PlanError: a wanted span is wider than the widest block, or unreadable.
    """
    spans = sorted(set(wanted))
    return tuple(
        block for _, group in groupby(spans, key=lambda span: span.table) for block in _cover(list(group), reach, cost)
    )


def _cover(spans: list[Span], reach: Reach, cost: WireCost) -> list[Span]:
    best_s = [0.0]
    last: list[tuple[int, Span]] = []
    for end in range(1, len(spans) + 1):
        choices = []
        for start in range(end - 1, -1, -1):
            block = _hull(spans[start:end])
            if block.count > reach.max_block and start < end - 1:
                break  # reaching further back only makes it wider
            if reach.allows(block, spans[start:end]):
                choices.append((best_s[start] + cost.block_s(block), start, block))
        if not choices:
            raise PlanError(f"{spans[end - 1]} cannot be read: the device allows {reach.max_block} items in one block")
        cheapest_s, start, block = min(choices)
        best_s.append(cheapest_s)
        last.append((start, block))
    return _walk_back(last)


def _walk_back(last: list[tuple[int, Span]]) -> list[Span]:
    """Collect the last block of the best cover, then that of what lies before it, and so on."""
    blocks: list[Span] = []
    end = len(last)
    while end:
        end, block = last[end - 1]
        blocks.append(block)
    return blocks[::-1]


def _hull(spans: Sequence[Span]) -> Span:
    address = spans[0].address
    return Span(spans[0].table, address, max(span.end for span in spans) - address)


def _has_gap(wanted: Sequence[Span]) -> bool:
    end = wanted[0].address
    for span in wanted:
        if span.address > end:
            return True
        end = max(end, span.end)
    return False


def _touch(one: Span, other: Span) -> bool:
    return one.table == other.table and one.address < other.end and other.address < one.end
