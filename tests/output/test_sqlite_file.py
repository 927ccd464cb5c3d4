"""The settings and the moves that durable files rest on."""

import sqlite3
from pathlib import Path

import pytest

from rtu_agent.output.sqlite_file import connect, is_damaged, make_durable, set_aside, transaction


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    """Write-ahead log with full synchronisation; NORMAL would lose the last commits in a power cut."""
    connection = connect(tmp_path / "folder" / "file.db")
    make_durable(connection)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    """An error inside leaves the file, and the connection, as they were."""
    connection = connect(tmp_path / "file.db")
    connection.execute("CREATE TABLE t (x)")

    def half_done() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES (1)")
            connection.execute("INSERT INTO no_such_table VALUES (1)")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        half_done()
    with transaction(connection):
        connection.execute("INSERT INTO t VALUES (2)")
    assert connection.execute("SELECT x FROM t").fetchall() == [(2,)]
    connection.close()


def test_damage_is_told_from_a_disk_that_may_recover(tmp_path: Path) -> None:
    """A good file must never be set aside because the disk was full or read-only for an hour."""
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database" * 1000)
    connection = connect(garbage)
    with pytest.raises(sqlite3.DatabaseError) as damage:
        connection.execute("SELECT * FROM t")
    assert is_damaged(damage.value)
    connection.close()
    full = connect(tmp_path / "full.db")
    full.execute("CREATE TABLE t (x)")
    full.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError, match="full") as disk_full:
        full.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert not is_damaged(disk_full.value)
    full.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError, match="readonly") as read_only:
        full.execute("INSERT INTO t VALUES (1)")
    assert not is_damaged(read_only.value)
    full.close()


def test_damaged_files_are_kept_but_not_without_end(tmp_path: Path) -> None:
    """Nine remain for whoever wants to look; a dying disk does not fill up with them."""
    path = tmp_path / "spool.db"
    for number in range(12):
        path.write_text(f"damaged {number}")
        Path(f"{path}-wal").write_text(f"journal {number}")
        problem = set_aside(path, sqlite3.DatabaseError("malformed"))
        assert str(path) in str(problem)
        assert problem.aside.read_text() == f"damaged {number}"
        assert Path(f"{problem.aside}-wal").read_text() == f"journal {number}"
    assert len(list(tmp_path.iterdir())) == 18
    assert (tmp_path / "spool.db.damaged-1").read_text() == "damaged 0"
    assert (tmp_path / "spool.db.damaged-9").read_text() == "damaged 11"
