"""The unit is one that systemd understands, starts what exists, and gives away little."""

import re
import subprocess
from pathlib import Path

import pytest

from rtu_agent.app.stop import STOP_S
from support.servers import require

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "rtu-agent.service"
AGENT = "/opt/rtu-agent/bin/rtu-agent"
WORST_EXPOSURE = 2.0
"""systemd's own scale from 0, locked in, to 10; its label for this is OK."""


def settings(name: str) -> list[str]:
    """All values of one setting, in their order."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def test_unit_starts_the_agent_with_the_site_of_etc() -> None:
    """The paths are those of docs/deployment.md."""
    assert settings("ExecStart") == [f"{AGENT} run --config /etc/rtu-agent/devices.yaml"]


def test_broken_configuration_does_not_restart_for_ever() -> None:
    """Exit 78 keeps the unit down. That looks at ExecStart only, so a failing check before it must be let through."""
    assert settings("RestartPreventExitStatus") == ["78"]
    assert settings("Restart") == ["always"]
    assert settings("ExecStartPre") == [f"-{AGENT} check --config /etc/rtu-agent/devices.yaml"]


def test_unit_waits_for_what_the_agent_says() -> None:
    """That it is ready, that it lives, and what came of a reload; only the agent itself may say so."""
    assert settings("Type") == ["notify"]
    assert settings("NotifyAccess") == ["main"]
    assert settings("WatchdogSec") == ["60s"]
    assert settings("ExecReload") == [f"{AGENT} reload --config /etc/rtu-agent/devices.yaml"]


def test_unit_gives_the_agent_the_time_that_it_takes_to_stop() -> None:
    """It needs five seconds at most; nobody kills it before."""
    [patience] = settings("TimeoutStopSec")
    assert float(patience.removesuffix("s")) > STOP_S


def test_adapters_are_reached_also_when_plugged_in_later() -> None:
    """Each allowed device group needs its kernel module loaded before the unit starts, or is left out silently."""
    allowed = [value.split() for value in settings("DeviceAllow")]
    modules = " ".join(settings("Wants"))

    assert allowed == [["char-ttyUSB", "rw"], ["char-ttyACM", "rw"], ["char-ttyS", "rw"]]
    assert "modprobe@usbserial.service" in modules
    assert "modprobe@cdc_acm.service" in modules
    assert settings("Wants")[-1] == settings("After")[-1]
    assert not settings("PrivateDevices")


@pytest.mark.server
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """`verify` only warns about a setting it ignores, so nothing at all may be said."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace(AGENT, "/bin/true"))

    verify = subprocess.run(
        [require("systemd-analyze", "systemd"), "verify", copy], capture_output=True, text=True, check=False
    )

    assert (verify.returncode, verify.stderr) == (0, "")


@pytest.mark.server
def test_unit_is_hardened() -> None:
    """The rating of systemd itself stays below the limit."""
    rating = subprocess.run(
        [require("systemd-analyze", "systemd"), "security", "--offline=true", "--no-pager", UNIT],
        capture_output=True,
        text=True,
        check=True,
    )

    exposure = re.search(r"Overall exposure level for rtu-agent.service: ([0-9.]+)", rating.stdout)
    assert exposure
    assert float(exposure[1]) < WORST_EXPOSURE
