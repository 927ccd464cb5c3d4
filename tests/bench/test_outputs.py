"""The benchmarks run; what they measure is looked at by people."""

from pathlib import Path

import pytest

from bench import outputs
from bench.outputs_store import store


@pytest.mark.parametrize("part", ["encode", "spool", "rollup"])
def test_a_part_prints_its_table(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few records."""
    monkeypatch.setattr(outputs, "ROUNDS", 1)
    monkeypatch.setattr(outputs, "SOME", 100)
    outputs.PARTS[part](tmp_path)
    said = capsys.readouterr().out
    assert said.startswith("\n### ")
    assert said.count(" µs |") >= 2


def test_the_store_answers_every_question(tmp_path: Path) -> None:
    """In one file instead of a dozen."""
    title, *rows = store(tmp_path, 22_000)
    assert title == "SQLite, 22,000 values of 100 devices in 1 files"
    assert len(rows) == 8
