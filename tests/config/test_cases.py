"""Each folder of `cases/config` is a site and the report that it gets; a bug report becomes a folder.

After a wanted change of the words, `RTU_AGENT_UPDATE_CASES=1 pytest tests/config/test_cases.py` writes the reports
anew; read the difference.
"""

import os
import re
from pathlib import Path

import pytest

from rtu_agent.config.load import ConfigError
from support.site_files import load

CASES = Path(__file__).parent.parent / "cases" / "config"
JARGON = re.compile(r"input|pydantic|instance|object|field|str\b|dict|NoneType|None|True|False|Value error|Entry|Errno")


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_site_gets_the_report_that_its_folder_holds(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole report, so that nothing misleading can stand beside the right line."""
    monkeypatch.chdir(CASES / case)
    report = ""
    try:
        load(Path("devices.yaml"))
    except ConfigError as error:
        report = f"{error}\n"
    expected = Path("report.txt")
    if os.environ.get("RTU_AGENT_UPDATE_CASES"):
        expected.write_text(report, encoding="utf-8")

    assert report == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_a_report_speaks_to_an_electrician(case: str) -> None:
    """No word of the validator, of Python or of this program stands in a message; words of the file may."""
    lines = (CASES / case / "report.txt").read_text(encoding="utf-8").split("\n")
    messages = [line.split(": ", 1)[1] for line in lines if re.match(r"\S+:\d+:\d+: ", line)]

    for message in messages:
        said_by_us = re.sub(r"'[^']*'|\"[^\"]*\"", "", message)
        assert not JARGON.search(said_by_us), message
