"""What an output is sent next: rows of its newest front, and of the oldest if that is another one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rtu_agent.output.marks import Mark, Span
from rtu_agent.output.progress import Progress, size_of
from rtu_agent.output.spool_rows import BACKWARDS, BETWEEN, intact_rows

BATCH_BYTES: Final = 1024 * 1024
"""Rows are handed out together until they are this long."""


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows at the beginning of a span, as they are sent."""

    span: Span
    lines: tuple[bytes, ...]
    damaged: int
    """Records of rows between them whose checksum is wrong."""


def portions(connection: sqlite3.Connection, waiting: Sequence[Span]) -> Sequence[Portion]:
    """Read what is sent next of what is `waiting`, the newest part first; two fronts share a batch."""
    read: list[Portion] = []
    room = _room_of_newest(waiting)
    for span in (*waiting[:1], *waiting[1:][-1:]):
        read.append(portion(connection, span, room))
        room = BATCH_BYTES - size_of([read[-1].span])
    return read


def split_if_long(connection: sqlite3.Connection, progress: Progress, end: Mark) -> Progress:
    """Begin a front with the newest rows where they would not go with the next batch."""
    waiting = progress.waiting(end)
    is_long = size_of(waiting[:1]) > _room_of_newest(waiting)
    return progress.split(_begin_of_newest(connection, end)) if is_long else progress


def _room_of_newest(waiting: Sequence[Span]) -> int:
    return BATCH_BYTES // 2 if len(waiting) > 1 else BATCH_BYTES


def _begin_of_newest(connection: sqlite3.Connection, end: Mark) -> Mark:
    """Return the mark before the last rows, as many as fit into the newer half of a batch, and one at least."""
    begin = end
    for row in intact_rows(connection, BACKWARDS):
        if begin < end and end.size - row.begin.size > BATCH_BYTES // 2:
            break
        begin = row.begin
    return begin


def portion(connection: sqlite3.Connection, span: Span, room: int) -> Portion:
    """Read rows of `span` until they are `room` bytes long: whole rows, one at least."""
    position, damaged, lines = span.begin, 0, list[bytes]()
    for row in intact_rows(connection, BETWEEN, span.begin.row, span.end.row):
        damaged += row.begin.records - position.records
        lines += row.body.split(b"\n")
        position = row.end
        if position.size - span.begin.size >= room:
            return Portion(Span(span.begin, position), tuple(lines), damaged)
    damaged += span.end.records - position.records
    return Portion(span, tuple(lines), damaged)
