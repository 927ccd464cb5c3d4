"""What can be wrong with a machine: its clock, what is installed, how the agent is started."""

from pathlib import Path

import pytest

from rtu_agent.clock import SystemClock
from rtu_agent.doctor import installation, plugins, service, timekeeping
from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Severity
from rtu_agent.doctor.timekeeping import Time
from rtu_agent.doctor.unit import read_unit
from rtu_agent.doctor.user import User, current_user
from rtu_agent.plugins import Failure
from support.cases import machine

INSTALLED = 1_795_000_000.0
DAY_S = 86_400.0
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("wall", "is_kept", "severity", "said"),
    [
        (INSTALLED + DAY_S, True, Severity.OK, "is synchronised and shows 2026-11-19"),
        (INSTALLED + DAY_S, None, Severity.OK, "does not tell"),
        (INSTALLED + DAY_S, False, Severity.WARNING, "nobody keeps the clock"),
        (0.0, True, Severity.PROBLEM, "1970-01-01 00:00:00 UTC, which is before the agent was installed"),
        (INSTALLED - 3600.0, True, Severity.OK, "is synchronised"),
    ],
)
def test_a_clock_is_judged_by_who_keeps_it_and_what_it_shows(
    wall: float, is_kept: bool | None, severity: Severity, said: str
) -> None:
    """A board without a battery begins in 1970; files copied from elsewhere may be a little younger than now."""
    (found,) = timekeeping.judge(Time(wall, INSTALLED, is_kept))

    assert found.severity is severity
    assert said in found.says
    assert bool(found.mend) == (severity is not Severity.OK)


def test_the_clock_of_this_machine_is_plausible() -> None:
    """Whether it is kept depends on the machine."""
    (found,) = timekeeping.examine(Machine(clock=SystemClock()))

    assert found.severity is not Severity.PROBLEM


WANTED = ["click>=8.1", "pymodbus<3.17,>=3.16", "uvloop>=0.21; sys_platform != 'win32' and extra == 'uvloop'"]


def test_a_version_that_the_agent_was_not_made_for_is_named() -> None:
    """Above the limit, below it, or not there; what is wanted by an extra only need not be."""
    found = {"click": "8.0.4", "pymodbus": "3.17.0", "pyserial": "3.5", "uvloop": None, "influxdb-client": None}

    all_of_it, click, pymodbus = installation.judge("3.11.2", "0.1.0", found, WANTED)

    assert all_of_it.says == "rtu-agent 0.1.0 on Python 3.11.2, pyserial 3.5, pymodbus 3.17.0"
    assert click.says == "click 8.0.4 is installed, and the agent was made for click>=8.1"
    assert pymodbus.mend == "python -m pip install 'pymodbus<3.17,>=3.16'"
    (_, missing) = installation.judge("3.11.2", "0.1.0", {"click": None, "pymodbus": "3.16.9"}, WANTED)
    assert missing.says.startswith("click is not installed")


@pytest.mark.parametrize(
    ("version", "fits"), [("3.16", True), ("3.16.1", True), ("3.9.9", False), ("3.17", False), ("3.16.1+local.9", True)]
)
def test_limits_are_compared_as_numbers(version: str, *, fits: bool) -> None:
    """3.9 is before 3.16."""
    assert installation.fits(version, "pymodbus<3.17,>=3.16") is fits


def test_what_is_installed_here_is_well() -> None:
    """The tests run with what is locked."""
    assert {found.severity for found in installation.examine(Machine())} == {Severity.OK}
    assert {found.severity for found in plugins.examine(Machine())} == {Severity.OK}


def test_a_driver_that_cannot_be_loaded_is_named_with_its_distribution() -> None:
    """The others are counted."""
    fine, broken = plugins.judge(95, 4, [Failure("acme", "acme-drivers", "1.2", "ImportError: no module named x")])

    assert fine.says == "95 drivers and 4 outputs can be used"
    assert "ImportError: no module named x" in broken.says
    assert broken.mend == "pip install --upgrade acme-drivers, or pip uninstall acme-drivers"


def test_a_machine_without_systemd_needs_no_unit(tmp_path: Path) -> None:
    """A container, say."""
    assert list(service.examine(machine(tmp_path))) == []

    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (found,) = service.examine(machine(tmp_path))
    assert found.severity is Severity.WARNING
    assert "deploy/systemd/rtu-agent.service" in found.mend


def test_the_shipped_unit_is_understood(tmp_path: Path) -> None:
    """With what a site adds; who looks from another account is told how to look from the agent's."""
    folder = tmp_path / "etc/systemd/system"
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (folder / "rtu-agent.service.d").mkdir(parents=True)
    (folder / "rtu-agent.service").write_bytes((ROOT / "deploy/systemd/rtu-agent.service").read_bytes())
    (folder / "rtu-agent.service.d/override.conf").write_text("[Service]\nLoadCredential=second:/etc/second\n")
    unit = read_unit(machine(tmp_path))
    assert unit is not None
    assert (unit.user, unit.program) == ("rtu-agent", "/opt/rtu-agent/bin/rtu-agent")
    assert unit.credentials == {"influx_token", "second"}

    disabled, other = service.examine(machine(tmp_path))
    assert disabled.mend == "sudo systemctl enable --now rtu-agent"
    assert other.mend == "sudo --user=rtu-agent /opt/rtu-agent/bin/rtu-agent doctor"

    (folder / "multi-user.target.wants").mkdir()
    (folder / "multi-user.target.wants/rtu-agent.service").symlink_to(folder / "rtu-agent.service")
    found = list(service.examine(machine(tmp_path, user=User("rtu-agent"))))
    assert {each.severity for each in found} == {Severity.OK}


def test_whoever_runs_the_tests_has_a_name_and_groups() -> None:
    """They are what permissions are judged by."""
    user = current_user()

    assert user.name
    assert user.groups
