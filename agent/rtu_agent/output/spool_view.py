"""A look into the spool from outside, beside an agent that may be running.

What is read here is read in short transactions: one that stays open would make the journal of the running agent grow.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from rtu_agent.output import dead_letters
from rtu_agent.output.dead_letters import KeptLetter
from rtu_agent.output.marks import Backlog, Mark, Span
from rtu_agent.output.portion import BATCH_BYTES, portion
from rtu_agent.output.progress import Progress, records_in, size_of
from rtu_agent.output.spool_rows import BACKWARDS, BEHIND, intact_progress, intact_rows


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """What the server of an output has refused and the spool still has."""

    letters: int
    size: int
    """Bytes of line protocol."""
    again: int
    """Those that will be sent again, because somebody has asked for it."""
    oldest_ms: int | None
    reasons: Mapping[str, int]
    """How many there are of each, the most frequent first."""


@dataclass(frozen=True, slots=True)
class OutputView:
    """What the spool holds for an output."""

    output: str
    is_sent: bool
    """False when the output is not configured any more, and only its dead letters are left."""
    backlog: Backlog
    dead: DeadLetters


def outputs(connection: sqlite3.Connection) -> list[OutputView]:
    """Return what the spool holds for every output that it knows, by name."""
    progress = intact_progress(connection)
    end = _end(connection, progress)
    dead = defaultdict[str, list[KeptLetter]](list)
    for letter in dead_letters.stored(connection):
        dead[letter.output].append(letter)
    return [
        OutputView(
            name,
            name in progress,
            _backlog(connection, progress.get(name, Progress(end)), end),
            _dead(connection, name, dead[name]),
        )
        for name in sorted({*progress, *dead})
    ]


def backlog_lines(connection: sqlite3.Connection, output: str) -> Iterator[bytes]:
    """Give every line that `output` has still to accept, the oldest first."""
    progress = intact_progress(connection)
    end = _end(connection, progress)
    for span in reversed(progress.get(output, Progress(end)).waiting(end)):
        rest = span
        while rest.begin < span.end:
            part = portion(connection, rest, BATCH_BYTES)
            yield from part.lines
            rest = Span(part.span.end, span.end)


def dead_of(connection: sqlite3.Connection, output: str) -> list[KeptLetter]:
    """Return the dead letters of `output`, the oldest first."""
    return [letter for letter in dead_letters.stored(connection) if letter.output == output]


def _end(connection: sqlite3.Connection, progress: Mapping[str, Progress]) -> Mark:
    rows = islice(intact_rows(connection, BACKWARDS), 1)
    return max([Mark(), *(row.end for row in rows), *(each.last for each in progress.values())])


def _backlog(connection: sqlite3.Connection, progress: Progress, end: Mark) -> Backlog:
    waiting = progress.waiting(end)
    oldest = next(intact_rows(connection, BEHIND, progress.done.row), None) if waiting else None
    return Backlog(records_in(waiting), size_of(waiting), oldest.oldest_ms if oldest else None)


def _dead(connection: sqlite3.Connection, output: str, letters: list[KeptLetter]) -> DeadLetters:
    reasons = Counter(letter.reason for letter in letters)
    size = sum(len(letter.line) for letter in letters)
    again = dead_letters.count_again(connection, output)
    oldest_ms = min((letter.at_ms for letter in letters), default=None)
    return DeadLetters(len(letters), size, again, oldest_ms, dict(reasons.most_common()))
