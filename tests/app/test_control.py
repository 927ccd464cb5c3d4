"""The running agent of a state directory is found, and nobody else is taken for it."""

import os
from pathlib import Path

import pytest

from rtu_agent.app.control import LOCK_FILE, StateTakenError, held, holder
from support.holding import holding


def test_who_holds_the_lock_is_found(tmp_path: Path) -> None:
    """By whoever asks, until it ends, and be it by `kill -9`; a second one is told who was there first."""
    assert holder(tmp_path / "state") is None
    with holding(tmp_path / "state") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(StateTakenError, match=f"^process {first.pid} is an agent"), held(tmp_path / "state"):
            pytest.fail("two hold it")
        assert holder(tmp_path / "state") == first.pid
        assert (tmp_path / "state" / LOCK_FILE).read_text() == f"{first.pid}\n"
        first.kill()

    assert holder(tmp_path / "state") is None


def test_a_stale_file_is_nobody(tmp_path: Path) -> None:
    """Whatever process has the number that stands in it now."""
    (tmp_path / LOCK_FILE).write_text(f"{os.getpid()}\n")

    assert holder(tmp_path) is None


def test_a_full_disk_keeps_nobody_from_running(tmp_path: Path) -> None:
    """What stands in the file is for people; the lock needs no room."""
    (tmp_path / LOCK_FILE).symlink_to("/dev/full")

    with held(tmp_path):
        assert (tmp_path / LOCK_FILE).exists()


def test_a_directory_that_cannot_be_written_to_keeps_nobody_from_running(tmp_path: Path) -> None:
    """Nobody finds it then."""
    (tmp_path / "state").write_text("a file")

    with held(tmp_path / "state"):
        assert (tmp_path / "state").is_file()
