"""What the spool gives and takes: positions in its stream, batches, backlogs, losses, limits."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """What the spool may hold; the oldest batches go first."""

    max_bytes: int = 2 * 1024**3
    """Line protocol, bytes. The file itself is up to some 40 MB larger."""
    keep_ms: int = 30 * 86_400_000
    """Age of the newest record of a batch."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A position in the stream of all that was ever appended: everything up to and with this row."""

    row: int = 0
    records: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest lines that an output has not accepted."""

    end: Mark
    lines: tuple[bytes, ...]
    damaged: int
    """Records that were to be among them and are lost, because their checksum is wrong."""


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
