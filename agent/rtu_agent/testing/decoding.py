"""Decodes signals from registers of a test's own making, without a plan."""

import struct
from collections.abc import Callable, Sequence

from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Page, Point, Signal
from rtu_agent.normalize.decode import Decoded, Decoder

Block = tuple[Span, Page | None]
Fill = Callable[[int], bytes]
"""Makes the payload of a block, so many bytes."""


def size_of(span: Span) -> int:
    """Return how many bytes the payload of a span has."""
    return (span.count + 7) // 8 if span.table.of_bits else 2 * span.count


def told(point: Point, *words: int) -> Value | None:
    """Return the value that a point has in these registers, or None if they hold none."""
    return Decoder([point], [point.span])([struct.pack(f">{len(words)}H", *words)]).values[0]


class Bench:
    """Decodes signals; what each of them needs is a block of its own."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        needed = [point for signal in signals for point in signal.needs]
        self.blocks: tuple[Block, ...] = tuple(dict.fromkeys((point.span, point.page) for point in needed))
        self._decoder = Decoder(signals, [span for span, _ in self.blocks], pages=[page for _, page in self.blocks])

    def decode(self, fill: Fill) -> Decoded:
        """Return what the signals are while every block is filled like this."""
        return self._decoder([fill(size_of(span)) for span, _ in self.blocks])

    def decode_with(self, point: Point, own: bytes) -> Decoded:
        """Return what the signals are while a point has this payload, and all else is zero."""
        home = point.span, point.page
        return self._decoder([own if block == home else bytes(size_of(block[0])) for block in self.blocks])
