"""The README is true: its links lead somewhere, its commands exist, its site is valid, its record is real."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtu_agent.app import load
from rtu_agent.cli import COMMANDS, main
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record, Series
from rtu_agent.output.line_protocol import encode

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_links_lead_somewhere() -> None:
    """Every page that is named is there."""
    links = re.findall(r"\]\(([^)#]+?)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_targets_exist() -> None:
    """Every `make` command of the README is a target."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = re.findall(r"^\$ make ([a-z]+)", README, flags=re.MULTILINE)

    assert set(named) == {"demo", "test"}
    assert set(named) <= set(targets)


def test_commands_exist() -> None:
    """Every `rtu-agent` command of the README is one."""
    named = set(re.findall(r"`rtu-agent ([a-z]+)", README))

    assert named
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """`--help` works for each, and the overview has the first line of each."""
    runner = CliRunner()

    answer = runner.invoke(main, [name, "--help"])

    assert answer.exit_code == 0
    assert COMMANDS[name] in runner.invoke(main, ["--help"]).output


def test_the_site_is_valid(tmp_path: Path) -> None:
    """What a newcomer copies from the README is a site."""
    [site] = blocks("yaml")
    path = tmp_path / "devices.yaml"
    path.write_text(site, encoding="utf-8")

    loaded = load(path).site

    assert len(loaded.devices) == 16
    assert list(loaded.outputs) == ["influxdb"]
    assert len(site.splitlines()) <= 10


def test_the_record_is_what_is_written() -> None:
    """The line in the README is the line the encoder writes."""
    tags = {"site": "plant-a", "bus": "floor1", "device": "main-meter"}
    series = Series("energy_meter", tags, (Field("voltage_l1_n_v"), Field("active_power_w")))

    line = encode(Record(series, 1795000000000, (230.1, 1234.5), RecordQuality.GOOD))

    assert line in README


def test_every_folder_is_explained() -> None:
    """The reader can say what each folder at the top is for."""
    shown = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    kept = shown - {"data", "state", "csv", "dist", "build"}

    assert [folder for folder in kept if f"`{folder}/" not in README and f"({folder}/" not in README] == []
