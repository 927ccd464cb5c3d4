"""A package that was made is installed beside the agent, passes its own tests, is listed, and is polled."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from rtu_agent.cli import exit_codes

ROOT = Path(__file__).parents[2]
SITE = """
version: 1
site: here
buses:
  b: {port: /dev/null, baudrate: 38400}
devices:
  - {name: one, bus: b, unit: 1, driver: acme.em1}
  - {name: two, bus: b, unit: 2, driver: acme.em2}
outputs:
  jsonl: {}
http: {listen: "127.0.0.1:0"}
"""


def ran(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must end well."""
    run = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert run.returncode == exit_codes.OK, f"{command}\n{run.stdout}\n{run.stderr}"
    return run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the agent and two packages that were made, one for a class and one for a map.

    What they need is taken from our own environment, so that nothing is fetched; no driver of others is in there.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv/bin/python"
    site = Path(ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip())
    (site / "needs.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet"]
    pip += ["--no-deps", "--no-index", "--no-build-isolation"]
    ran(*pip, ROOT, cwd=folder)
    agent = folder / "venv/bin/rtu-agent"
    ran(agent, "drivers", "new", "acme.em1", "--directory", "em1", cwd=folder)
    ran(agent, "drivers", "new", "acme.em2", "--directory", "em2", "--map", cwd=folder)
    ran(*pip, "./em1", "./em2", cwd=folder)
    return folder


@pytest.mark.parametrize("package", ["em1", "em2"])
def test_its_tests_pass_as_they_were_made(place: Path, package: str) -> None:
    """The contract, and a poll on the simulator."""
    run = ran(place / "venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=place / package)

    assert run.stdout.splitlines()[-1].startswith("3 passed")


def test_it_is_listed(place: Path) -> None:
    """With its own distribution, and the file that describes the device."""
    listed = json.loads(ran(place / "venv/bin/rtu-agent", "drivers", "list", "--json", cwd=place).stdout)
    found = {driver["name"]: driver for driver in listed["drivers"] if driver["name"].startswith("acme.")}

    assert {name: (one["distribution"], one["version"], one["api"]) for name, one in found.items()} == {
        "acme.em1": ("rtu-driver-acme-em1", "0.1.0", 1),
        "acme.em2": ("rtu-driver-acme-em2", "0.1.0", 1),
    }
    assert Path(found["acme.em1"]["file"]).is_relative_to(place / "venv")
    assert Path(found["acme.em2"]["file"]).name == "driver.yaml"


def test_it_is_polled(place: Path) -> None:
    """By the agent, as any other, and its values are stored."""
    (place / "devices.yaml").write_text(SITE, encoding="utf-8")

    run = ran(place / "venv/bin/rtu-agent", "run", "--simulate", "--once", "--no-live", cwd=place)

    records = [json.loads(line) for line in run.stdout.splitlines()]
    for device in ("one", "two"):
        columns = {column for one in records if one["tags"]["device"] == device for column in one["fields"]}
        measured = {"voltage_v", "current_a", "active_power_w", "power_factor", "energy_import_active_kwh"}
        assert columns == {*measured, "serial_number"}


@pytest.mark.parametrize("package", ["em1", "em2"])
def test_a_strict_type_checker_has_nothing_against_it(place: Path, package: str) -> None:
    """Neither the driver nor its tests."""
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", place / "mypy")
    ran(*command, "--python-executable", place / "venv/bin/python", "src", "tests", cwd=place / package)
