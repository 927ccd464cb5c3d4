"""The spool's file: its tables, and the check that a file is one of ours and of a format that we know."""

import sqlite3
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from rtu_agent.output.marks import Mark
from rtu_agent.output.spool_rows import ALL, BACKWARDS, intact_cursors, intact_rows
from rtu_agent.output.sqlite_file import connect, make_durable, transaction

APPLICATION_ID: Final = 0x52545553  # "RTUS"
FORMAT: Final = 1
_MOST_COUNTED: Final = 10_000
"""Batches looked at to count what a damaged file has lost; a start must not take minutes."""

_TABLES: Final = (
    # `records_before` and `bytes_before` count all that was ever appended before this row, dropped and sent ones too.
    """CREATE TABLE batch (
        id INTEGER PRIMARY KEY,
        records INTEGER NOT NULL,
        records_before INTEGER NOT NULL,
        bytes_before INTEGER NOT NULL,
        oldest_ms INTEGER NOT NULL,
        newest_ms INTEGER NOT NULL,
        crc INTEGER NOT NULL,
        body BLOB NOT NULL
    )""",
    """CREATE TABLE cursor (
        output TEXT PRIMARY KEY,
        id INTEGER NOT NULL,
        records INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        crc INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE dead (
        id INTEGER PRIMARY KEY,
        output TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        reason TEXT NOT NULL,
        line BLOB NOT NULL
    )""",
)


class SpoolRefusedError(Exception):
    """The file may not be touched: another program, or a later version of this one, has made it."""


def open_spool(path: Path) -> sqlite3.Connection:
    """Open the spool at `path`, made new if there is none.

    Raises:
        SpoolRefusedError: the file is not ours to use; it is left as it is.
        sqlite3.Error: it cannot be opened now, or is damaged.
        OSError: its folder cannot be made.
    """
    connection = connect(path)
    connection.text_factory = bytes  # damaged text is not UTF-8, and its checksum is what finds it
    try:
        if _is_new(connection, path):
            _create(connection)
        make_durable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def last_known_backlogs(path: Path) -> dict[str, int]:
    """Return how many records each output had still to accept, at least, as far as a damaged file can still tell."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as damaged:
        damaged.text_factory = bytes
        damaged.execute("PRAGMA writable_schema = ON")  # lets SQLite read a file that has lost its tail
        end = _last_readable(damaged)
        return {output: max(0, end.records - mark.records) for output, mark in intact_cursors(damaged).items()}
    return {}


def _last_readable(damaged: sqlite3.Connection) -> Mark:
    with suppress(sqlite3.Error):
        for row in intact_rows(damaged, BACKWARDS):
            return row.end
    end = Mark()
    with suppress(sqlite3.Error):
        for row in islice(intact_rows(damaged, ALL), _MOST_COUNTED):
            end = row.end
    return end


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    application, version, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if application == 0 and version == 0 and tables == 0:
        return True
    if application != APPLICATION_ID:
        raise SpoolRefusedError(f"{path} belongs to another program, it is not a spool; set `state` to another folder")
    if version != FORMAT:
        raise SpoolRefusedError(
            f"{path} has format {version}, this version knows format {FORMAT}; install the version that wrote it, "
            "or move the file away to begin a new one"
        )
    return False


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    with transaction(connection):
        for table in _TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
