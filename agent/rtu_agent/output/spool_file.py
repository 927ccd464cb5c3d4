"""The spool's file: its tables, and the check that a file is one of ours and of a format that we know."""

import sqlite3
from pathlib import Path
from typing import Final

from rtu_agent.output import dead_letters
from rtu_agent.output.sqlite_file import connect, make_durable, open_existing, transaction

APPLICATION_ID: Final = 0x52545553  # "RTUS"
FORMAT: Final = 2

_AHEAD: Final = """CREATE TABLE ahead (
    output TEXT NOT NULL,
    from_id INTEGER NOT NULL,
    from_records INTEGER NOT NULL,
    from_bytes INTEGER NOT NULL,
    to_id INTEGER NOT NULL,
    to_records INTEGER NOT NULL,
    to_bytes INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (output, from_id)
) WITHOUT ROWID"""
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
    _AHEAD,
    dead_letters.TABLE,
    dead_letters.INDEX,
)
_FROM_FORMAT_1: Final = (
    _AHEAD,
    "ALTER TABLE dead ADD COLUMN crc INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE dead ADD COLUMN again INTEGER NOT NULL DEFAULT 0",
    dead_letters.INDEX,
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
        version = _format_of(connection, path)
        if version == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            _to_format(connection, *_TABLES)
        elif version < FORMAT:
            _to_format(connection, *_FROM_FORMAT_1)
        make_durable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_beside(path: Path, *, writable: bool = False) -> sqlite3.Connection:
    """Open the spool at `path`, which must be there, beside an agent that may be running.

    Raises:
        SpoolRefusedError: the file is not a spool of this version.
        sqlite3.Error: it cannot be opened now, or is damaged.
    """
    connection = open_existing(path, writable=writable)
    connection.text_factory = bytes
    try:
        _refuse_others(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_others(connection: sqlite3.Connection, path: Path) -> None:
    if _format_of(connection, path) != FORMAT:
        raise SpoolRefusedError(f"{path} is of an earlier version; start the agent once to bring it up to date")


def _format_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the format of a spool, 0 if the file is new."""
    application, version, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if application == 0 and version == 0 and tables == 0:
        return 0
    if application != APPLICATION_ID:
        raise SpoolRefusedError(f"{path} belongs to another program, it is not a spool; set `state` to another folder")
    if not 0 < version <= FORMAT:
        raise SpoolRefusedError(
            f"{path} has format {version}, this version knows format {FORMAT}; install the version that wrote it, "
            "or move the file away to begin a new one"
        )
    return int(version)


def _to_format(connection: sqlite3.Connection, *statements: str) -> None:
    with transaction(connection):
        for statement in statements:
            connection.execute(statement)
        dead_letters.add_checksums(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
