"""What can still be read of a damaged spool, into a new one.

Theory of operation. Every row knows its place in the stream and has a checksum, so rows that are found in the ruins can
be trusted, and the gaps between them tell how many records are missing. They are copied to a new file beside the
damaged one, which then is set aside, and the new one takes its place. An agent that is killed meanwhile begins again,
or finds the new file complete and waiting for its name.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Final

from rtu_agent.output import dead_letters
from rtu_agent.output.progress import Progress
from rtu_agent.output.spool_file import open_spool
from rtu_agent.output.spool_rows import BEHIND, NUMBERED, Row, insert_row, intact_progress, intact_rows, store_progress
from rtu_agent.output.sqlite_file import FileSetAsideError, files_of, open_existing, set_aside, transaction

_MOST_AT_ONCE: Final = 64
"""Rows copied in one transaction."""
_MOST_MISSING: Final = 10_000
"""Rows in a row that cannot be read before the rest is given up; a start must not take minutes."""
_MOST_ASIDE: Final = 1
"""Damaged spools that are kept; each may be as large as the spool."""


def salvage(path: Path, known: Mapping[str, Progress] | None, error: sqlite3.Error) -> FileSetAsideError:
    """Replace the damaged spool at `path`, which nobody has open, by a new one; return what to say about it.

    Args:
        path: the spool.
        known: what each output is done with, where the agent still knows; None to read it from the file.
        error: how the damage was found.

    Raises:
        sqlite3.Error, OSError: the disk does not let us, now; the damaged file is still in its place.
    """
    new = _new_of(path)
    _remove(new)  # of a salvage that was cut off
    try:
        with closing(open_spool(new)) as target, _ruin(path) as ruin:
            _copy_rows(ruin, target)
            _copy_letters(ruin, target)
            with transaction(target):
                store_progress(target, _progress_in(ruin) if known is None else known)
    except BaseException:
        _remove(new)
        raise
    problem = set_aside(path, error, _MOST_ASIDE)
    new.replace(path)
    return problem


def finish_salvage(path: Path) -> None:
    """Give a salvaged spool its name, where the agent was killed just before it could."""
    if not path.exists() and _new_of(path).exists():
        _remove(path)  # a journal of the damaged file would be taken for its own
        _new_of(path).replace(path)


def _new_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.salvaged")


def _remove(path: Path) -> None:
    for file in files_of(path):
        file.unlink(missing_ok=True)


@contextmanager
def _ruin(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_existing(path)) as ruin:
        ruin.text_factory = bytes
        with suppress(sqlite3.Error):
            ruin.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that has lost its tail
        yield ruin


def _copy_rows(ruin: sqlite3.Connection, target: sqlite3.Connection) -> None:
    rows = _readable_rows(ruin)
    for first in rows:
        with transaction(target):
            for row in chain([first], islice(rows, _MOST_AT_ONCE - 1)):
                insert_row(target, row)


def _readable_rows(ruin: sqlite3.Connection) -> Iterator[Row]:
    """Give every row that can be read and whose checksum is right, in order; step over those that cannot be read."""
    position, missing = 0, 0
    while missing < _MOST_MISSING:
        with suppress(sqlite3.Error):
            for row in intact_rows(ruin, BEHIND, position):
                if row.end.row > position:  # the ruin of an index may lead back
                    yield row
                    position, missing = row.end.row, 0
            return
        position, missing = position + 1, missing + 1
        # By its number: the module sqlite3 raises before it hands out the row that stands before a damaged one.
        with suppress(sqlite3.Error):
            for row in intact_rows(ruin, NUMBERED, position):
                yield row
                missing = 0


def _copy_letters(ruin: sqlite3.Connection, target: sqlite3.Connection) -> None:
    letters: list[dead_letters.KeptLetter] = []
    with suppress(sqlite3.Error):
        letters.extend(dead_letters.stored(ruin))
    with transaction(target):
        dead_letters.keep(target, letters)


def _progress_in(ruin: sqlite3.Connection) -> Mapping[str, Progress]:
    with suppress(sqlite3.Error):
        return intact_progress(ruin)
    return {}
