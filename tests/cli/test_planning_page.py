"""docs/planning.md is true: its site is checked as shown, its figures are computed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtu_agent.cli import main
from rtu_agent.domain.registers import Span, Table
from rtu_agent.poll.plan import Reach, WireCost, plan
from rtu_agent.protocol.timing import LineSettings

PAGE = (Path(__file__).parents[2] / "docs" / "planning.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """Return one code block of the page."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)[number]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's site and its register map, in the directory in which one works."""
    (tmp_path / "devices.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "pump.yaml").write_text(block("yaml", 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "devices.yaml"


def test_the_command_answers_as_shown(site: Path) -> None:
    """Word for word."""
    command, _, answer = block("console").partition("\n")

    result = CliRunner().invoke(main, command.removeprefix("$ rtu-agent ").split())

    assert (result.exit_code, result.output) == (0, answer)


def test_too_much_is_refused_as_shown(site: Path) -> None:
    """With the interval that the text names."""
    [interval] = re.findall(r"`interval: (\w+)`", PAGE)
    site.write_text(block("yaml").replace("pump.yaml", f"pump.yaml, interval: {interval}"), encoding="utf-8")

    result = CliRunner().invoke(main, ["check"])

    assert (result.exit_code, result.stderr) == (78, block("text"))


@pytest.mark.parametrize(("baudrate", "limit", "words"), [(9600, 10, "ten registers"), (115200, 45, "is 45")])
def test_the_widest_gap_that_is_bridged(baudrate: int, limit: int, words: str) -> None:
    """The numbers of the page are those of the planner."""
    line = LineSettings(baudrate)
    cost = WireCost(line.character_s, line.t35_s, 0.005)

    def requests(gap: int) -> int:
        return len(plan([Span(Table.INPUT, 0, 1), Span(Table.INPUT, 1 + gap, 1)], Reach(), cost))

    assert (requests(limit), requests(limit + 1)) == (1, 2)
    assert words in PAGE


def test_how_many_requests_a_slow_bus_carries() -> None:
    """As many as there are of the shortest in a second."""
    line = LineSettings(9600)
    shortest_s = WireCost(line.character_s, line.t35_s, line.t35_s + 0.002).block_s(Span(Table.INPUT, 0, 2))

    assert f"at most {int(1 / shortest_s)} requests for one value" in PAGE
