"""What the tests of the outputs share."""

from pathlib import Path

import pytest

from rtu_agent.output import writer


@pytest.fixture
def spool_file(tmp_path: Path) -> Path:
    """Where the spool is."""
    return tmp_path / "state" / "spool.db"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups are committed earlier than in real life, to keep the suite quick."""
    monkeypatch.setattr(writer, "GROUP_S", 0.05)
