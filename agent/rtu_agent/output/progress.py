"""How far an output has come in the spool. Pure.

Theory of operation. The spool is one endless stream of rows. In quiet times an output is done with everything up to one
mark, and what follows waits. After an outage the backlog may take an hour, and nobody wants to wait an hour to see what
the plant does now. So a long backlog is *split*: its newest rows begin a front of their own, and every batch carries
rows of the newest front and of the oldest.

    ───────── done ───────── | ── old rows wait ── | ── done ── | ── new rows wait ── end

An outage while the last one is worked off may split again. Where two fronts meet they are one. What is done is stored,
so that a crash sends nothing again that was acknowledged. What is on its way is not stored: it is sent again, which
changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from rtu_agent.output.marks import Mark, Span

MOST_FRONTS: Final = 8
"""A backlog is not split further; what is new then waits its turn."""


@dataclass(frozen=True, slots=True)
class Progress:
    """An output is done with all rows up to `done`, and with the spans in `ahead`: in order, none touches another."""

    done: Mark
    ahead: tuple[Span, ...] = ()

    @classmethod
    def of(cls, done: Mark, spans: Iterable[Span]) -> Self:
        """Return the progress of an output that is done up to `done` and with `spans`, in whatever order they are."""
        apart: list[Span] = []
        for span in sorted(spans):
            if span.begin <= done:
                done = max(done, span.end)
            elif apart and span.begin <= apart[-1].end:
                apart[-1] = Span(apart[-1].begin, max(apart[-1].end, span.end))
            else:
                apart.append(span)
        return cls(done, tuple(apart))

    @property
    def last(self) -> Mark:
        """The last mark up to which anything is done."""
        return self.ahead[-1].end if self.ahead else self.done

    def waiting(self, end: Mark) -> Sequence[Span]:
        """Return what is still to be sent of a stream that ends at `end`: the newest part first, none empty."""
        begins = [self.done, *(span.end for span in self.ahead)]
        ends = [*(span.begin for span in self.ahead), end]
        spans = [Span(*both) for both in zip(begins, ends, strict=True)]
        return [span for span in reversed(spans) if span.begin < span.end]

    def split(self, at: Mark) -> "Progress":
        """Begin a front at `at`, in place of one where nothing was done yet, unless there are enough."""
        begun = [span for span in self.ahead if span.begin < span.end]
        return self if len(begun) >= MOST_FRONTS else Progress.of(self.done, (*begun, Span(at, at)))

    def finished(self, span: Span) -> "Progress":
        """Note that `span` is done."""
        return Progress.of(self.done, (*self.ahead, span))

    def dropped(self, mark: Mark) -> "Progress":
        """Note that nothing up to `mark` will ever be sent."""
        return Progress.of(max(self.done, mark), self.ahead)


def records_in(spans: Iterable[Span]) -> int:
    """Return how many records these parts of the stream have."""
    return sum(span.end.records - span.begin.records for span in spans)


def size_of(spans: Iterable[Span]) -> int:
    """Return how many bytes of line protocol these parts of the stream have."""
    return sum(span.end.size - span.begin.size for span in spans)
