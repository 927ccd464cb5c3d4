"""What can be known about the containers without an engine: the files agree with each other and with the agent."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.dashboards import boards
from support.servers import require

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "deploy" / "docker"
PROVISIONING = ROOT / "grafana" / "provisioning"
AGENT_UID = "10001"
AGENT_PORT = 9485


def load(path: Path) -> Any:
    """Read a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


COMPOSE = load(DOCKER / "compose.yaml")
SITE = load(DOCKER / "devices.yaml")
SERVICES = COMPOSE["services"]
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    """All instructions of one kind in the Dockerfile, their continued lines joined."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def mounts(service: str) -> dict[str, str]:
    """What a service mounts: target to source."""
    pairs = (volume.split(":")[:2] for volume in SERVICES[service].get("volumes", []))
    return {target: source for source, target in pairs}


def test_services_are_the_four() -> None:
    """The agent and everything needed to see it."""
    assert set(SERVICES) == {"agent", "influxdb", "prometheus", "grafana"}


@pytest.mark.parametrize("service", SERVICES)
def test_everything_mounted_exists(service: str) -> None:
    """A bind mount of a file that is not there makes Docker create a folder of that name."""
    for target, source in mounts(service).items():
        if source.startswith("."):
            assert (DOCKER / source).exists(), source
        elif not source.startswith("/dev"):
            assert source in COMPOSE["volumes"], (target, source)
    for secret in SERVICES[service].get("secrets", []):
        assert COMPOSE["secrets"][secret]["file"] == f"secrets/{secret}"


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"agent"}))
def test_images_are_pinned_and_ports_stay_local(service: str) -> None:
    """No `latest`, and nothing is published to the plant's network by accident."""
    assert re.search(r":v?\d+\.\d+", SERVICES[service]["image"])
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


def test_agent_is_confined() -> None:
    """Not root, nothing writable but its volume, and of the live /dev only the serial adapters."""
    agent = SERVICES["agent"]

    assert agent["read_only"] is True
    assert agent["cap_drop"] == ["ALL"]
    assert agent["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in agent
    assert "privileged" not in agent
    assert "devices" not in agent
    assert agent["device_cgroup_rules"] == ["c 188:* rw", "c 166:* rw"]
    assert mounts("agent")["/dev"] == "/dev"
    assert instructions("USER") == [f"{AGENT_UID}:{AGENT_UID}"]
    assert f"--owner {AGENT_UID} --group {AGENT_UID}" in DOCKERFILE


def test_agent_keeps_its_state_on_the_volume() -> None:
    """A container is thrown away; the spool must not be."""
    (volume,) = instructions("VOLUME")

    assert mounts("agent")[volume] == "agent"
    assert Path(SITE["state"]).is_relative_to(volume)


def test_image_runs_the_mounted_site() -> None:
    """The file that compose mounts is the one that the image starts with."""
    (command,) = instructions("CMD")
    entry = json.loads(instructions("ENTRYPOINT")[0])
    script = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]

    assert entry == ["rtu-agent"]
    assert entry[0] in script
    assert json.loads(command) == ["run", "--config", "/etc/rtu-agent/devices.yaml"]
    assert mounts("agent")["/etc/rtu-agent/devices.yaml"] == "./devices.yaml"


def test_health_is_asked_at_the_agents_port() -> None:
    """The image's own Python asks; the port is the agent's default and the one the site listens on."""
    (health,) = instructions("HEALTHCHECK")
    command = json.loads(health[health.index("CMD") + 3 :])

    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert f"http://127.0.0.1:{AGENT_PORT}/healthz" in command[2]
    assert SITE["http"]["listen"] == f"0.0.0.0:{AGENT_PORT}"
    assert instructions("EXPOSE") == [str(AGENT_PORT)]


def test_image_is_built_from_what_is_sent_to_the_builder() -> None:
    """Every copied path exists and is let through by the ignore file, which lets nothing else through."""
    allowed = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [source for line in instructions("COPY") if not line.startswith("--") for source in line.split()[:-1]]

    assert allowed[0] == "*"
    assert {f"!{source}" for source in copied} == {line for line in allowed if line.startswith("!")}
    assert all((ROOT / source).exists() for source in copied)
    assert (DOCKER / SERVICES["agent"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / SERVICES["agent"]["build"]["dockerfile"]) == DOCKER / "Dockerfile"


def test_influxdb_is_set_up_as_the_site_writes_to_it() -> None:
    """Organisation, bucket, token and address are said three times and must be the same."""
    setup = SERVICES["influxdb"]["environment"]
    output = SITE["outputs"]["influxdb"]

    assert (output["org"], output["bucket"]) == (
        setup["DOCKER_INFLUXDB_INIT_ORG"],
        setup["DOCKER_INFLUXDB_INIT_BUCKET"],
    )
    assert output["url"] == "http://influxdb:8086"
    assert output["token"] == {"file": setup["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE"]}
    assert "influx_token" in SERVICES["agent"]["secrets"]


def datasources() -> dict[str, dict[str, Any]]:
    """Every shipped data source by the name of its file."""
    files = (PROVISIONING / "datasources").iterdir()
    return {path.name: load(path)["datasources"][0] for path in files}


def test_datasources_have_the_uids_the_boards_prefer() -> None:
    """Grafana makes up random ones otherwise."""
    wanted = {
        v["current"]["value"]
        for board in boards().values()
        for v in board["templating"]["list"]
        if v["type"] == "datasource"
    }
    found = datasources()

    assert {source["uid"] for source in found.values()} == wanted == {"rtu-prometheus", "rtu-influx"}


def test_one_influxdb_is_active() -> None:
    """Grafana reads files that end in .yaml; two of one uid would be an error at its start."""
    found = datasources()

    assert set(found) == {
        "prometheus.yaml",
        "influxdb-1.yaml.example",
        "influxdb-2.yaml",
        "influxdb-3.yaml.example",
    }
    influx = [source for source in found.values() if source["type"] == "influxdb"]
    assert {source["jsonData"]["version"] for source in influx} == {"InfluxQL"}
    assert {source["jsonData"]["dbName"] for source in influx} == {SITE["outputs"]["influxdb"]["bucket"]}


def test_grafana_reaches_its_sources_and_secrets() -> None:
    """The names are those of the compose network; the token is read from the mounted secret."""
    found = datasources()

    assert found["prometheus.yaml"]["url"] == "http://prometheus:9090"
    assert found["influxdb-2.yaml"]["url"] == "http://influxdb:8086"
    assert found["influxdb-2.yaml"]["secureJsonData"]["httpHeaderValue1"] == "Token $__file{/run/secrets/influx_token}"
    assert {"influx_token", "grafana_password"} <= set(SERVICES["grafana"]["secrets"])


def test_grafana_finds_the_dashboards() -> None:
    """The provider looks where compose mounts them."""
    (provider,) = load(PROVISIONING / "dashboards" / "rtu-agent.yaml")["providers"]

    assert mounts("grafana")[provider["options"]["path"]] == "../../grafana/dashboards"
    assert mounts("grafana")["/etc/grafana/provisioning"] == "../../grafana/provisioning"


def test_prometheus_scrapes_the_agent() -> None:
    """At its name and port, as often as Grafana believes."""
    config = load(DOCKER / "prometheus.yml")

    assert config["scrape_configs"][0]["static_configs"] == [{"targets": [f"agent:{AGENT_PORT}"]}]
    assert datasources()["prometheus.yaml"]["jsonData"]["timeInterval"] == config["global"]["scrape_interval"]


@pytest.mark.server
def test_prometheus_accepts_its_configuration(tmp_path: Path) -> None:
    """With the rules next to it, as compose mounts them."""
    for target, source in mounts("prometheus").items():
        if target.startswith("/etc/prometheus/"):
            shutil.copy(DOCKER / source, tmp_path / Path(target).name)

    check = subprocess.run(
        [require("promtool", "prometheus"), "check", "config", tmp_path / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert check.returncode == 0, check.stderr
    assert "1 rule files found" in check.stdout
