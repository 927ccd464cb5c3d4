"""The alert rules fire when they should and only then, and a bus that is down silences its devices."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from rtu_agent.telemetry.families import FAMILIES
from support.servers import HOST, Server, require

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yml"


def run(*command: str | Path) -> str:
    """Run a program and return what it printed; fail with its words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules() -> list[dict[str, Any]]:
    """The alert rules of the file."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_rules_name_metrics_the_agent_has() -> None:
    """A rule on a metric that does not exist never fires, and nobody sees that it does not."""
    named = {name for rule in rules() for name in re.findall(r"\brtu_agent_\w+", rule["expr"])}

    assert named
    assert named <= {family.name for family in FAMILIES}


@pytest.mark.server
def test_rules_fire_when_they_should_and_only_then() -> None:
    """The cases stand in rules_test.yml."""
    promtool = require("promtool", "prometheus")

    assert "3 rules found" in run(promtool, "check", "rules", RULES)
    assert "SUCCESS" in run(promtool, "test", "rules", Path(__file__).with_name("rules_test.yml"))


def test_every_rule_has_cases() -> None:
    """Each alert is seen firing and not firing."""
    cases = yaml.safe_load(Path(__file__).with_name("rules_test.yml").read_text(encoding="utf-8"))["tests"]
    asked = [check for case in cases for check in case["alert_rule_test"]]

    for alert in (rule["alert"] for rule in rules()):
        outcomes = {bool(check["exp_alerts"]) for check in asked if check["alertname"] == alert}
        assert outcomes == {True, False}, alert


class Alertmanager(Server):
    """Debian's Alertmanager with the example configuration."""

    binary = "prometheus-alertmanager"
    package = "prometheus-alertmanager"
    health = "/-/ready"

    def command(self, path: str) -> list[str]:
        """Return the command line of a single Alertmanager."""
        return [
            path,
            f"--config.file={DEPLOY / 'prometheus' / 'alertmanager.yml'}",
            f"--storage.path={self.folder}/data",
            f"--web.listen-address={HOST}:{self.port}",
            "--cluster.listen-address=",
        ]

    def raise_alerts(self, *labels: dict[str, str]) -> None:
        """Send alerts as Prometheus does."""
        body = json.dumps([{"labels": alert} for alert in labels]).encode()
        with urlopen(Request(f"{self.url}/api/v2/alerts", body, {"Content-Type": "application/json"}), timeout=10):
            pass

    def states(self) -> dict[str, str]:
        """Return `active` or `suppressed` of each alert, by its device or else its bus."""
        alerts = self.get("/api/v2/alerts")
        return {alert["labels"].get("device", alert["labels"]["bus"]): alert["status"]["state"] for alert in alerts}


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    """A running Alertmanager."""
    server = Alertmanager(tmp_path / "alertmanager")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.mark.server
def test_bus_down_silences_its_own_devices_only(alertmanager: Alertmanager) -> None:
    """One message for a cut cable; the devices of another bus, and of another agent, are still reported."""
    agent = {"job": "rtu-agent", "instance": "a:9485"}
    device = {"alertname": "RtuAgentDeviceDown", "severity": "warning"}
    alertmanager.raise_alerts(
        agent | {"alertname": "RtuAgentBusDown", "severity": "critical", "bus": "floor1"},
        agent | device | {"bus": "floor1", "device": "on the dead bus"},
        agent | device | {"bus": "floor2", "device": "on another bus"},
        agent | device | {"bus": "floor1", "device": "of another agent", "instance": "b:9485"},
    )
    wanted = {
        "floor1": "active",
        "on the dead bus": "suppressed",
        "on another bus": "active",
        "of another agent": "active",
    }

    deadline = time.monotonic() + 5
    while (states := alertmanager.states()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)

    assert states == wanted
