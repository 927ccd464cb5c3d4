"""What the spool may hold: beyond its bytes, its room on the disk and its age, the oldest rows go, counted.

Every commit asks, and almost always everything may stay. So whole rows, with their checksums, are read only when a
number that costs next to nothing says that the oldest of them has to go.
"""

import sqlite3
from collections.abc import Mapping
from typing import Literal

from rtu_agent.output.marks import OVERHEAD_BYTES, Limits, Loss, Mark
from rtu_agent.output.progress import Progress, records_in
from rtu_agent.output.spool_rows import FROM_BYTES, FROM_TIME, intact_rows, times_behind


def within_limits(
    connection: sqlite3.Connection, progress: Mapping[str, Progress], end: Mark, limits: Limits, now_ms: int
) -> tuple[dict[str, Progress], list[Loss]]:
    """Return what every output is done with when the spool is as `limits` want it, and what each loses by that."""
    oldest = min(each.done for each in progress.values())
    # SQLite fills pages with whole rows, so rows of an unlucky length take up to twice their bytes.
    excess = _size_on_disk(connection) - limits.max_bytes - OVERHEAD_BYTES
    _, newest_ms = times_behind(connection, oldest) or (0, 0)
    bounds: list[tuple[Literal["overflow", "age"], str, int, int]] = [
        ("overflow", FROM_BYTES, max(end.size - limits.max_bytes, oldest.size + excess), oldest.size),
        ("age", FROM_TIME, now_ms - limits.keep_ms, newest_ms),
    ]
    after, losses = dict(progress), list[Loss]()
    for reason, which, least, of_oldest in bounds:
        if of_oldest >= least:
            continue
        kept = next((row.begin for row in intact_rows(connection, which, least)), end)
        after, more = dropped(after, kept, end, reason)
        losses += more
    return after, losses


def dropped(
    progress: Mapping[str, Progress],
    kept: Mark,
    end: Mark,
    reason: Literal["overflow", "age", "corrupt"],
    detail: str = "",
) -> tuple[dict[str, Progress], list[Loss]]:
    """Return what every output is done with when nothing up to `kept` is there, and what each loses by that."""
    after = {output: each.dropped(kept) for output, each in progress.items()}
    lost = {
        output: records_in(each.waiting(end)) - records_in(after[output].waiting(end))
        for output, each in progress.items()
    }
    return after, [Loss(output, records, reason, detail) for output, records in lost.items() if records]


def _size_on_disk(connection: sqlite3.Connection) -> int:
    """Return the bytes of the file that hold something, those of a transaction under way among them."""
    (size,) = connection.execute(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    ).fetchone()
    return int(size)
