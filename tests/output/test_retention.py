"""Only our own files go, only whole days, only by the date in the name, and never through a link."""

from datetime import date
from pathlib import Path

import pytest

from rtu_agent.output.retention import day_of, name_of, newest_before, remove_before

TODAY = date(2026, 11, 18)


def test_names_and_days_are_utc() -> None:
    """Daylight saving moves nothing."""
    assert day_of(1_795_003_199_999 + 43_200_000) == date(2026, 11, 18)
    assert day_of(1_795_003_200_000 + 43_200_000) == date(2026, 11, 19)
    assert name_of(TODAY) == "readings-20261118.sqlite"


def test_old_files_go_with_everything_that_belongs_to_them(tmp_path: Path) -> None:
    """Journals and damaged copies too; the first day that is kept stays."""
    old = ["readings-20261117.sqlite", "readings-20261117.sqlite-wal", "readings-20261117.sqlite-shm"]
    old += ["readings-20250101.sqlite.damaged-1", "readings-20250101.sqlite.damaged-1-wal"]
    for name in [*old, "readings-20261118.sqlite", "readings-20261119.sqlite"]:
        (tmp_path / name).touch()
    remove_before(tmp_path, TODAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["readings-20261118.sqlite", "readings-20261119.sqlite"]


@pytest.mark.parametrize(
    "name",
    [
        "readings-20260101.sqlite.bak",
        "my-readings-20260101.sqlite",
        "readings-2026010.sqlite",
        "readings-20261399.sqlite",
        "readings-٢٠٢٦٠١٠١.sqlite",
        "invoices-20260101.sqlite",
        "readings-20260101.csv",
    ],
)
def test_foreign_files_stay(tmp_path: Path, name: str) -> None:
    """However old they look."""
    (tmp_path / name).touch()
    remove_before(tmp_path, TODAY)
    assert (tmp_path / name).exists()


def test_links_and_folders_stay_and_what_they_point_to(tmp_path: Path) -> None:
    """A link with our name may point to anything."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    data = tmp_path / "data"
    data.mkdir()
    (data / "readings-20260101.sqlite").symlink_to(precious / "file")
    (data / "readings-20260102.sqlite").symlink_to(precious)
    (data / "readings-20260103.sqlite").mkdir()
    remove_before(data, TODAY)
    assert len(list(data.iterdir())) == 3
    assert (precious / "file").exists()


def test_the_newest_day_before_is_found(tmp_path: Path) -> None:
    """The latest values are carried over from it."""
    assert newest_before(tmp_path, TODAY) is None
    for name in ["readings-20261101.sqlite", "readings-20261116.sqlite", "readings-20261118.sqlite"]:
        (tmp_path / name).touch()
    (tmp_path / "readings-20261117.sqlite.damaged-1").touch()
    assert newest_before(tmp_path, TODAY) == tmp_path / "readings-20261116.sqlite"
