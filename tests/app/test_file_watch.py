"""A file counts as changed when it is left alone again."""

import asyncio
from pathlib import Path

import pytest

from rtu_agent.app import file_watch
from rtu_agent.app.file_watch import FileWatch


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often."""
    monkeypatch.setattr(file_watch, "PERIOD_S", 0.02)


async def looks(count: int = 6) -> None:
    """Let so many looks pass."""
    await asyncio.sleep(0.02 * count)


async def test_changes_are_seen_once(tmp_path: Path) -> None:
    """Written anew, replaced, gone and back; and not while nothing happens."""
    path, changes = tmp_path / "devices.yaml", list[int]()
    path.write_text("a")
    watch = FileWatch([path])
    task = asyncio.create_task(watch.run(lambda: changes.append(1)))
    await looks()
    assert changes == []

    path.write_text("ab")
    await until(lambda: len(changes) == 1)
    draft = tmp_path / "draft"
    draft.write_text("cd")
    draft.replace(path)
    await until(lambda: len(changes) == 2)
    path.unlink()
    await until(lambda: len(changes) == 3)
    path.write_text("back")
    await until(lambda: len(changes) == 4)
    await looks()
    assert len(changes) == 4
    task.cancel()


async def test_what_was_read_meanwhile_is_no_news(tmp_path: Path) -> None:
    """Somebody has asked for a reload by hand."""
    path, changes = tmp_path / "devices.yaml", list[int]()
    path.write_text("a")
    watch = FileWatch([path])
    path.write_text("ab")
    watch.note()
    task = asyncio.create_task(watch.run(lambda: changes.append(1)))
    await looks()

    assert changes == []
    task.cancel()


async def test_other_files_may_be_followed(tmp_path: Path) -> None:
    """What changes in a file that is followed already is not forgotten by that."""
    path, other, changes = tmp_path / "a", tmp_path / "b", list[int]()
    path.write_text("a")
    other.write_text("b")
    watch = FileWatch([path])
    path.write_text("changed")
    watch.follow([path, other])
    task = asyncio.create_task(watch.run(lambda: changes.append(1)))
    await until(lambda: len(changes) == 1)
    other.write_text("changed, too")
    await until(lambda: len(changes) == 2)
    task.cancel()


async def until(true: object) -> None:
    """Wait until something is true."""
    assert callable(true)
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)
