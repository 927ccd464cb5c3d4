"""The alert rules fire when they should and only then, and a bus that is down silences its devices."""

import copy
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from rtu_agent.telemetry.families import FAMILIES
from support.servers import Alertmanager, require

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yml"
CASES = yaml.safe_load(Path(__file__).with_name("rules_test.yml").read_text(encoding="utf-8"))
OPERATIONS = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")


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
def test_rules_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    """The cases stand in rules_test.yml; the texts are those of the rules, with the labels in their places."""
    promtool = require("promtool", "prometheus")
    shutil.copy(RULES, tmp_path)
    cases = tmp_path / "rules_test.yml"
    cases.write_text(yaml.safe_dump(with_texts(CASES)), encoding="utf-8")

    assert f"{len(rules())} rules found" in run(promtool, "check", "rules", RULES)
    assert "SUCCESS" in run(promtool, "test", "rules", cases)


def with_texts(cases: dict[str, Any]) -> dict[str, Any]:
    """Return the cases with the annotations that each expected alert must have."""
    texts = {rule["alert"]: rule["annotations"] for rule in rules()}
    cases = copy.deepcopy(cases)
    for check in (check for case in cases["tests"] for check in case["alert_rule_test"]):
        check["exp_alerts"] = [
            alert | {"exp_annotations": filled(texts[check["alertname"]], alert["exp_labels"])}
            for alert in check["exp_alerts"]
        ]
    return cases


def filled(texts: dict[str, str], labels: dict[str, str]) -> dict[str, str]:
    """Return the texts of an alert with its labels; one that it does not have is left empty, as Prometheus does."""
    return {
        name: re.sub(r"{{ \$labels\.(\w+) }}", lambda match: labels.get(match[1], ""), text)
        for name, text in texts.items()
    }


def test_every_rule_has_cases() -> None:
    """Each alert is seen firing and not firing."""
    asked = [check for case in CASES["tests"] for check in case["alert_rule_test"]]

    for alert in (rule["alert"] for rule in rules()):
        outcomes = {bool(check["exp_alerts"]) for check in asked if check["alertname"] == alert}
        assert outcomes == {True, False}, alert


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_its_chapter(rule: dict[str, Any]) -> None:
    """Whoever is woken by it finds what it means; the texts name no label that the alert does not have."""
    expected = [check for case in CASES["tests"] for check in case["alert_rule_test"] if check["exp_alerts"]]
    labels = [
        alert["exp_labels"]
        for check in expected
        if check["alertname"] == rule["alert"]
        for alert in check["exp_alerts"]
    ]
    asked = set(re.findall(r"{{ \$labels\.(\w+) }}", rule["annotations"]["summary"]))

    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert any(asked <= each.keys() for each in labels)


def test_every_alert_has_its_chapter_and_every_chapter_its_alert() -> None:
    """In the order of the rules, each with what it means, where to look and what to do."""
    chapters = re.findall(r"^### (RtuAgent\w+)\n(.*?)(?=^##)", OPERATIONS + "\n##", flags=re.MULTILINE | re.DOTALL)

    assert [name for name, _ in chapters] == [rule["alert"] for rule in rules()]
    for name, text in chapters:
        assert re.findall(r"^\*\*(.+?)\*\*", text, flags=re.MULTILINE) == ["Means.", "Look at.", "Do."], name


def test_every_alert_stands_in_the_table_of_the_deployment_page() -> None:
    """With the time after which it fires."""
    page = (DEPLOY.parent / "docs" / "deployment.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`(\w+)`\]\(operations\.md#(\w+)\) \| .+ \| (.+) \|$", page, flags=re.MULTILINE)
    after = {rule["alert"]: f"{rule['for'][:-1]} min" if "for" in rule else "at once" for rule in rules()}

    assert {name: time for name, _, time in rows} == after
    assert all(anchor == name.lower() for name, anchor, _ in rows)


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    """A running Alertmanager."""
    server = Alertmanager(tmp_path / "alertmanager", DEPLOY / "prometheus" / "alertmanager.yml")
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
    assert_states(
        alertmanager,
        {
            "floor1": "active",
            "on the dead bus": "suppressed",
            "on another bus": "active",
            "of another agent": "active",
        },
    )


@pytest.mark.server
@pytest.mark.parametrize("trouble", ["BusDown", "BusNoisy", "ForeignFrames", "LateReplies"])
def test_a_disturbed_line_silences_what_it_holds_up(alertmanager: Alertmanager, trouble: str) -> None:
    """Polls that come late on it are its consequence; on another bus they are not."""
    agent = {"job": "rtu-agent", "instance": "a:9485"}
    lag = {"alertname": "RtuAgentPollLag", "severity": "warning"}
    alertmanager.raise_alerts(
        agent | {"alertname": f"RtuAgent{trouble}", "severity": "warning", "bus": "floor1"},
        agent | lag | {"bus": "floor1", "device": "late on the same bus"},
        agent | lag | {"bus": "floor2", "device": "late on another bus"},
    )
    assert_states(
        alertmanager, {"floor1": "active", "late on the same bus": "suppressed", "late on another bus": "active"}
    )


def assert_states(alertmanager: Alertmanager, wanted: dict[str, str]) -> None:
    """Wait until each alert, named by its device or else its bus, is in this state."""

    def states() -> dict[str, str]:
        return {labels.get("device", labels["bus"]): state for labels, state in alertmanager.alerts()}

    deadline = time.monotonic() + 5
    while states() != wanted and time.monotonic() < deadline:
        time.sleep(0.05)

    assert states() == wanted
