"""docs/doctor.md shows what the doctor says, and names every check."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtu_agent.cli import main
from rtu_agent.doctor.examination import OF_MACHINE, OF_SITE

PAGE = (Path(__file__).parents[2] / "docs/doctor.md").read_text(encoding="utf-8")


def test_what_the_page_shows_is_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, in one piece each."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    [site] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "devices.yaml").write_text(site, encoding="utf-8")

    said = CliRunner().invoke(main, ["doctor", "-c", str(tmp_path / "devices.yaml")]).stdout

    assert len(shown) == 2
    assert [text for text in shown if text not in said] == [], said


def test_every_check_is_on_the_page_in_its_order() -> None:
    """And none that does not exist; `site` is the one that has to come first."""
    rows = re.findall(r"^\| `([a-z ]+)` \| (?!.*\| [01] \|$)", PAGE, re.MULTILINE)

    assert rows == [*OF_MACHINE, "site", *OF_SITE]
