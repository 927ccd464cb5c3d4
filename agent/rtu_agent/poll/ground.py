"""What of a table may be read at all: the ground on which blocks stand."""

from bisect import bisect_left
from collections.abc import Iterable

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span, Table

Range = tuple[int, int]
"""The first address and the first one behind."""


def readable(
    table: Table,
    wanted: Iterable[Span],
    known: Iterable[Span],
    unreadable: Iterable[Span],
    *,
    gaps_too: bool,
    boundaries: Iterable[int] = (),
) -> list[Range]:
    """Return the unbroken stretches of a table that may be read, in order.

    Args:
        table: which.
        wanted: what is asked for; the device has it.
        known: what else the device is known to have.
        unreadable: what must not be touched.
        gaps_too: all addresses may be read, except the unreadable ones.
        boundaries: addresses at which a stretch ends and another one begins.
    """
    everything = [Span(table, 0, HIGHEST_ADDRESS + 1)]
    ground = _joined(_ranges(table, everything if gaps_too else [*wanted, *known]))
    for first, end in _joined(_ranges(table, unreadable)):
        ground = [part for stretch in ground for part in _without(stretch, first, end)]
    for boundary in boundaries:
        ground = [part for stretch in ground for part in _without(stretch, boundary, boundary)]
    return ground


def allowed_from(end: int, widest: int, ground: list[Range]) -> int:
    """Return the lowest address at which a block that ends before `end` may begin; `end` where none may.

    Args:
        end: the first address behind the block, above 0.
        widest: most items of a block.
        ground: what may be read.
    """
    number = bisect_left(ground, (end, -1)) - 1
    if number < 0 or ground[number][1] < end:
        return end
    return max(ground[number][0], end - widest)


def _ranges(table: Table, spans: Iterable[Span]) -> list[Range]:
    return sorted((span.address, span.end) for span in spans if span.table == table)


def _joined(ranges: Iterable[Range]) -> list[Range]:
    joined: list[Range] = []
    for first, end in ranges:
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((first, end))
    return joined


def _without(stretch: Range, first: int, end: int) -> list[Range]:
    left, right = (stretch[0], min(stretch[1], first)), (max(stretch[0], end), stretch[1])
    return [part for part in (left, right) if part[0] < part[1]]
