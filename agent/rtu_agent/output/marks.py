"""What the spool gives and takes: positions in its stream, batches, backlogs, losses, limits."""

from dataclasses import dataclass
from typing import Final, Literal

OVERHEAD_BYTES: Final = 16 * 1024**2
"""What the rows of the spool may take on disk beyond their line protocol before the oldest go for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the spool may hold; the oldest batches go first."""

    max_bytes: int = 2 * 1024**3
    """Line protocol, bytes; its rows take up to `OVERHEAD_BYTES` more."""
    keep_ms: int = 30 * 86_400_000
    """Age of the newest record of a batch."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A position in the stream of all that was ever appended: everything up to and with this row."""

    row: int = 0
    records: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The part of the stream behind `begin`, up to `end`."""

    begin: Mark
    end: Mark


@dataclass(frozen=True, slots=True)
class Batch:
    """What an output is to accept next."""

    lines: tuple[bytes, ...]
    spans: tuple[Span, ...]
    """Where the lines lie in the stream: the newest first, then the oldest."""
    damaged: int = 0
    """Records that were to be among them and are lost, because their checksum is wrong."""
    again: tuple[bytes, ...] = ()
    """Dead letters that somebody has asked to send again."""
    letters: tuple[int, ...] = ()
    """The numbers of these, and of those that are lost."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much an output has still to accept."""

    records: int
    size: int
    oldest_ms: int | None


@dataclass(frozen=True, slots=True)
class Loss:
    """Records that an output will never get."""

    output: str
    records: int
    reason: Literal["overflow", "age", "unwritable", "corrupt"]
    detail: str = ""
