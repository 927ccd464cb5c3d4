"""SQLite files as the spool and the local store use them: durable, readable meanwhile, replaceable when damaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_BUSY_TIMEOUT_S: Final = 5.0
_JOURNAL_LIMIT_BYTES: Final = 16 * 1024 * 1024
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_MOST_ASIDE: Final = 9


class FileSetAsideError(Exception):
    """A damaged file was moved away; the next attempt starts a new one."""

    def __init__(self, path: Path, aside: Path, error: sqlite3.Error) -> None:
        super().__init__(f"{path} is damaged ({error}); it is kept as {aside.name} and a new file is begun")
        self.aside = aside


def connect(path: Path) -> sqlite3.Connection:
    """Open `path` for use by one thread at a time; transactions are begun by `transaction` only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def open_existing(path: Path, *, writable: bool = False) -> sqlite3.Connection:
    """Open a file that somebody else may have open; that one goes on.

    Raises:
        sqlite3.OperationalError: there is no such file, or it cannot be opened.
    """
    address = f"{path.resolve().as_uri()}?mode={'rw' if writable else 'ro'}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)


def files_of(path: Path) -> list[Path]:
    """Return the file, its journal, and the index of the journal; they belong together."""
    return [path, *(path.with_name(f"{path.name}-{part}") for part in ("wal", "shm"))]


def make_durable(connection: sqlite3.Connection) -> None:
    """A commit is on the disk when it returns, and readers do not hinder it."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT_BYTES}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is executed inside."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk ends some transactions by itself
            connection.execute("ROLLBACK")
        raise


def is_damaged(error: sqlite3.Error) -> bool:
    """Tell a file that will never work again from a disk that may recover (full, read-only, input/output error)."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGE


def set_aside(path: Path, error: sqlite3.Error, most: int = _MOST_ASIDE) -> FileSetAsideError:
    """Move a damaged, closed file out of the way; return what to raise. The first are kept, the last is replaced."""
    names = [path.with_name(f"{path.name}.damaged-{number}") for number in range(1, most + 1)]
    aside = next((name for name in names if not name.exists()), names[-1])
    _, journal, index = files_of(path)
    _, journal_aside, _ = files_of(aside)
    journal_aside.unlink(missing_ok=True)
    path.replace(aside)
    if journal.exists():
        journal.replace(journal_aside)
    index.unlink(missing_ok=True)
    return FileSetAsideError(path, aside, error)
