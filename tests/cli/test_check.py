"""`check` and `drivers` answer people and programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtu_agent.cli import main

SITE = """
version: 1
site: s
buses: {b: {port: /dev/ttyUSB0}}
devices:
  - {name: d, bus: b, unit: 1, driver: eastron.sdm120}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A valid site."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    return path


def test_a_valid_site_is_counted(config: Path) -> None:
    """One line for a person, one object for a program."""
    runner = CliRunner()

    assert (
        runner.invoke(main, ["check", "-c", str(config)]).output == f"{config}: ok: site s, 1 bus, 1 device, 1 output\n"
    )
    answer = json.loads(runner.invoke(main, ["check", "-c", str(config), "--json"]).output)
    assert answer == {"file": str(config), "site": "s", "buses": 1, "devices": 1, "outputs": 1}


def test_an_invalid_site_exits_with_78(config: Path) -> None:
    """The report goes to stderr, nothing to stdout."""
    config.write_text(SITE.replace("sdm120", "sdm12"), encoding="utf-8")

    answer = CliRunner().invoke(main, ["check", "-c", str(config)])

    assert answer.exit_code == 78
    assert answer.stdout == ""
    assert "there is no driver 'eastron.sdm12', did you mean 'eastron.sdm120'?" in answer.stderr


def test_drivers_are_listed_with_their_origin() -> None:
    """Name, kind, distribution, version, file and line."""
    answer = CliRunner().invoke(main, ["drivers", "list"])
    listed = json.loads(CliRunner().invoke(main, ["drivers", "list", "--json"]).output)

    assert "eastron.sdm630" in answer.output
    assert {"name", "kind", "distribution", "version", "file", "line", "serial"} == listed[0].keys()
    assert {driver["name"] for driver in listed} >= {"eastron.sdm120", "generic.xy_md02", "senseair.s8"}
    for driver in listed:
        assert Path(driver["file"]).read_text(encoding="utf-8").splitlines()[driver["line"] - 1]


def test_a_driver_is_shown_point_by_point() -> None:
    """Every point with its table, address, type, group and column."""
    answer = CliRunner().invoke(main, ["drivers", "show", "generic.xy_md02"])
    points = json.loads(CliRunner().invoke(main, ["drivers", "show", "generic.xy_md02", "--json"]).output)["points"]

    assert "temperature_c" in answer.output
    assert points[0] == {
        "point": "temperature",
        "table": "input",
        "address": "0x0001",
        "type": "i16",
        "group": "normal",
        "field": "temperature_c",
    }


def test_a_driver_that_is_not_installed() -> None:
    """The message says how to find those that are."""
    answer = CliRunner().invoke(main, ["drivers", "show", "acme.x"])

    assert answer.exit_code == 1
    assert answer.stderr == "no driver 'acme.x' is installed; `rtu-agent drivers list` lists them\n"
