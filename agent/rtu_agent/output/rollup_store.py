"""The file in which a rollup keeps its state.

What is done in one `with` block is committed when the block ends, and before the spool hears that the lines are taken.
So a kill costs nothing: what the spool gives again is known already.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rtu_agent.output.rollup_state import SCHEMA, RollupState
from rtu_agent.output.sqlite_file import connect, is_damaged, make_durable, set_aside, transaction

FORMAT: Final = 2
_MADE_ANEW: Final = {0: SCHEMA, 1: SCHEMA[-1:]}
"""What is missing in a file of each format."""


class RollupStoreError(Exception):
    """The file has a format that this version does not know; it is left as it is."""


class RollupStore:
    """One file, used by one thread. Opened at the first use, and again after an error."""

    def __init__(self, path: Path, length_ms: int) -> None:
        """`length_ms` is that of a window."""
        self._path = path
        self._length_ms = length_ms
        self._open: tuple[sqlite3.Connection, RollupState] | None = None

    @contextmanager
    def using(self) -> Iterator[RollupState]:
        """Give the state for one transaction.

        Raises:
            FileSetAsideError: the file was damaged and is set aside; the next call makes a new one.
            RollupStoreError: another version has made the file.
            sqlite3.Error, OSError: the disk does not let us, now.
        """
        try:
            connection, state = self._opened()
            with transaction(connection):
                yield state
        except BaseException as error:
            self.close()
            if isinstance(error, sqlite3.Error) and is_damaged(error):
                raise set_aside(self._path, error) from error
            raise

    def close(self) -> None:
        """Close the file."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _opened(self) -> tuple[sqlite3.Connection, RollupState]:
        if self._open is None:
            connection = connect(self._path)
            try:
                self._prepare(connection)
                self._open = connection, RollupState(connection, self._length_ms)
            except BaseException:
                connection.close()
                raise
        return self._open

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (*_MADE_ANEW, FORMAT):
            raise RollupStoreError(
                f"{self._path} has format {version}, this version knows format {FORMAT}; "
                "install the version that wrote it, or move the file away"
            )
        if version in _MADE_ANEW:
            with transaction(connection):
                for statement in _MADE_ANEW[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
        make_durable(connection)
