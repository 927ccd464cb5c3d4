"""The reads that a plan has made of points, as a part of a script.

A script says `yield from points` where its points are to be read. Those on a page are read while it is selected; the
page register is left as it was found, also when a read in between fails.
"""

from collections.abc import Sequence
from struct import pack
from typing import Final

from rtu_agent.domain.registers import Span
from rtu_agent.driver_api.point import Page
from rtu_agent.driver_api.steps import Read, Reply, Script, StepFailed, Write

Block = tuple[Span, Page | None]
"""One read of a plan, and what must be selected for it."""
_BITS: Final = 8


class Points:
    """The blocks of a plan, and what they have brought so far.

    Args:
        blocks: in the order in which to read them; those of one page follow each other.
        stride: of the device; see `Limits`.
    """

    def __init__(self, blocks: Sequence[Block], stride: int = 1) -> None:
        self._blocks = tuple(blocks)
        self._stride = stride
        self.payloads: list[bytes | None] = [None] * len(self._blocks)
        """Of each block; None for one that was not read."""

    def __iter__(self) -> Script:
        """Return the script that reads them: a block that the device refuses does not keep the others from it."""
        start = 0
        while start < len(self._blocks):
            page, end = self._blocks[start][1], start + 1
            while end < len(self._blocks) and self._blocks[end][1] == page:
                end += 1
            reads = self._read(start, end)
            yield from on_page(page, reads) if page else reads
            start = end

    def _read(self, start: int, end: int) -> Script:
        for place in range(start, end):
            span = self._blocks[place][0]
            step = Read(span.table.value, span.address * self._stride, span.count)
            try:
                self.payloads[place] = _payload(step, (yield step))
            except StepFailed as failure:
                if not failure.refused:
                    raise


def _payload(step: Read, reply: Reply) -> bytes:
    if step.table in ("holding", "input"):
        return pack(f">{len(reply)}H", *reply)
    number = sum(bit << place for place, bit in enumerate(reply))
    return number.to_bytes((len(reply) + _BITS - 1) // _BITS, "little")


def on_page(page: Page, reads: Script) -> Script:
    """Return the script that reads while `page` is selected, and then selects what was selected before."""
    (found,) = yield Read("holding", page.register)
    if found == page.value:
        yield from reads
        return
    try:
        yield Write(page.register, page.value)
        yield from reads
    finally:
        yield Write(page.register, found)
