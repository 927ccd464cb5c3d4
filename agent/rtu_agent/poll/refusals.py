"""What a device refuses to give, and how to find out which of the addresses of a refused block is to blame.

Theory of operation
-------------------
A device answers exception 02 or 03 to a whole block for the sake of one address in it. The block is then left out of
the device's plans and searched: its halves are read, then the halves of the half that was refused, down to single
values. A search asks few small questions at the end of polls (`TESTS_PER_POLL`), so it never holds the bus for long.

    half refused                  search that half
    a single value refused        it is to blame
    both halves good              the whole is read again. Good: the refusal was a whim, and nothing is learnt.
                                  Refused: the gap between the halves is to blame, or where there is none, the width.

What is to blame is remembered: no block touches it, and none is wider. The rest of the block is read again in the next
poll. After an hour what was refused is read once more, and forgotten if it is given now.

A device that refuses everything, perhaps because it is not what its driver is for, is not searched to the end: after
`HOPELESS` refusals in a row all that has not been given by then is to blame.
"""

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rtu_agent.domain.registers import Span

REFUSED_CODES: Final = frozenset({0x02, 0x03})
"""Illegal data address, illegal data value. Every other exception is a trouble of the device or the moment."""
TESTS_PER_POLL: Final = 4
HOPELESS: Final = 16
RETEST_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a device refuses: a span, or, where `widest` is given, blocks of the width of that span."""

    span: Span
    widest: int | None = None
    """The width of the widest part of the span that was given."""

    def __str__(self) -> str:
        return str(self.span) if self.widest is None else f"blocks wider than {self.widest}"


_Search = Generator[Span, bool, list[Refusal]]
"""Yields what to read, is sent whether it was refused, returns what is to blame."""


class Refusals:
    """One device.

    Args:
        values: the spans of all its values.
        known: what it is known to refuse.
        now: the time, seconds on the monotonic clock.
    """

    def __init__(self, values: Iterable[Span], known: Iterable[Refusal] = (), now: float = 0.0) -> None:
        self._values = sorted(set(values))
        self._retest_at = dict.fromkeys(known, now + RETEST_S)
        self._waiting: deque[Span] = deque()
        self._searched: Span | None = None
        self._search: _Search | None = None
        self._test: Span | None = None
        self._given: set[Span] = set()
        self._in_a_row = 0

    @property
    def known(self) -> frozenset[Refusal]:
        """What the device refuses, as far as that is certain."""
        return frozenset(self._retest_at)

    @property
    def avoided(self) -> frozenset[Span]:
        """What no block may touch now: what is known to be refused, and what is being searched."""
        refused = {refusal.span for refusal in self._retest_at if refusal.widest is None}
        return frozenset({*refused, *self._waiting} | ({self._searched} if self._searched else set()))

    @property
    def widest(self) -> int | None:
        """The width that no block may exceed now, or None."""
        return min((refusal.widest for refusal in self._retest_at if refusal.widest is not None), default=None)

    def refuse(self, block: Span) -> None:
        """A block of a poll was refused."""
        if block not in self.avoided:
            self._waiting.append(block)

    def next_test(self, now: float) -> Span | None:
        """Return what to read next to learn more, or None when there is nothing to learn now."""
        if self._search is None:
            self._begin(now)
        return self._test

    def tested(self, *, refused: bool, now: float) -> None:
        """Take the answer to the last test."""
        test = self._test
        assert test is not None, "there was a test"  # noqa: S101
        assert self._search is not None  # noqa: S101
        self._in_a_row = self._in_a_row + 1 if refused else 0
        if not refused:
            self._given.add(test)
        try:
            self._test = self._search.send(refused)
        except StopIteration as end:
            self._end(end.value, now)
        else:
            if self._in_a_row >= HOPELESS:
                left = [value for value in self._inside(self._searched) if not self._is_given(value)]
                self._end([Refusal(span) for span in _joined(left)], now)

    def _begin(self, now: float) -> None:
        self._searched = self._waiting.popleft() if self._waiting else self._forgotten(now)
        if self._searched is not None:
            self._given, self._in_a_row = set(), 0
            self._search = _verify(self._searched, self._inside(self._searched))
            self._test = next(self._search)

    def _forgotten(self, now: float) -> Span | None:
        """Return what was refused long enough ago to be tested again; it is still avoided while that lasts."""
        refusal = next((refusal for refusal, retest_at in self._retest_at.items() if retest_at <= now), None)
        if refusal is None:
            return None
        del self._retest_at[refusal]
        return refusal.span

    def _end(self, blamed: Iterable[Refusal], now: float) -> None:
        self._retest_at |= dict.fromkeys(blamed, now + RETEST_S)
        self._searched = self._search = self._test = None

    def _inside(self, block: Span | None) -> list[Span]:
        """Return the values that a block holds; overlapping ones count as one."""
        inside: list[Span] = []
        for value in self._values:
            if block is None or not _holds(block, value):
                continue
            if inside and value.address < inside[-1].end:
                inside[-1] = _hull([inside[-1], value])
            else:
                inside.append(value)
        return inside

    def _is_given(self, value: Span) -> bool:
        return any(_holds(given, value) for given in self._given)


def _verify(block: Span, values: Sequence[Span]) -> _Search:
    """Read a block again that was refused; search it if it still is."""
    if not (yield block):
        return []
    if len(values) < 2:  # noqa: PLR2004 - a single value, or a gap, cannot be halved
        return [Refusal(block)]
    return (yield from _find(values))


def _find(values: Sequence[Span]) -> _Search:
    """Find what is to blame among the values of a refused block."""
    if len(values) == 1:
        return [Refusal(values[0])]
    middle = len(values) // 2
    halves = values[:middle], values[middle:]
    # Both are read before either is searched, so that a search that is given up has seen all of the block.
    is_refused = (yield _hull(halves[0])), (yield _hull(halves[1]))
    refused = [half for half, said in zip(halves, is_refused, strict=True) if said]
    blamed: list[Refusal] = []
    for half in refused:
        blamed += yield from _find(half)
    if blamed or not (yield _hull(values)):
        return blamed
    return [_join(*map(_hull, halves))]


def _join(left: Span, right: Span) -> Refusal:
    """Return what is to blame where two parts are given and not the whole."""
    if right.address > left.end:
        return Refusal(Span(left.table, left.end, right.address - left.end))
    return Refusal(_hull([left, right]), max(left.count, right.count))


def _hull(values: Sequence[Span]) -> Span:
    first = values[0]
    return Span(first.table, first.address, max(value.end for value in values) - first.address)


def _holds(block: Span, value: Span) -> bool:
    return block.table == value.table and block.address <= value.address and value.end <= block.end


def _joined(values: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for value in values:
        if joined and joined[-1].table == value.table and joined[-1].end == value.address:
            joined[-1] = _hull([joined[-1], value])
        else:
            joined.append(value)
    return joined
