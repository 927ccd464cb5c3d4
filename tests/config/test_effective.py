"""The configuration as it is shown: complete, and without secrets."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from rtu_agent.app import load
from rtu_agent.config.effective import REDACTED, effective
from rtu_agent.config.model import OutputEntry

SITE = """
version: 1
site: plant-a
buses:
  hall: {port: /dev/ttyUSB0, baudrate: 19200}
devices:
  - {name: meter, bus: hall, unit: 1, driver: eastron.sdm120, interval: 2s}
outputs:
  influxdb: {url: "http://db:8086", org: plant, bucket: modbus, token: {file: /run/secrets/token}}
"""


class Foreign(BaseModel):
    """Settings of an output that takes its secrets as plain text."""

    password: str = "hunter2"
    api_key: str = "hunter2"
    url: str = "amqp://user:hunter2@host/queue"
    nested: Annotated[dict[str, str], Field()] = {"auth_token": "hunter2"}
    hidden: SecretStr = SecretStr("hunter2")
    topic: str = "meters"


def shown(tmp_path: Path) -> dict[str, object]:
    """Return the example as it is shown."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    loaded = load(path)
    return effective(loaded.site, loaded.driver_of)


def test_everything_is_there_with_its_default(tmp_path: Path) -> None:
    """What the file does not say is what a person looks for."""
    said = shown(tmp_path)

    assert said["buses"] == {
        "hall": {
            "port": "/dev/ttyUSB0", "baudrate": 19200, "parity": "none", "stop_bits": 1, "timeout": 0.5,
            "rs485": None, "backend": "auto",
        }
    }  # fmt: skip
    [device] = said["devices"]
    assert (device["name"], device["groups"]) == ("meter", {"normal": 2.0, "slow": 60.0, "once": 0.0})
    assert json.dumps(said)


def test_a_secret_is_only_a_place(tmp_path: Path) -> None:
    """It lies elsewhere, and is not read for this."""
    influxdb = shown(tmp_path)["outputs"]["influxdb"]

    assert (influxdb["type"], influxdb["token"]["file"]) == ("influxdb", "/run/secrets/token")


def test_what_looks_like_a_secret_is_left_out(tmp_path: Path) -> None:
    """An output of somebody else may take it as plain text."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    loaded = load(path)
    foreign = {"queue": OutputEntry(name="queue", type="queue", settings=Foreign())}

    said = effective(loaded.site.model_copy(update={"outputs": foreign}), loaded.driver_of)

    assert "hunter2" not in json.dumps(said)
    assert said["outputs"]["queue"]["url"] == f"amqp://{REDACTED}@host/queue"
    assert said["outputs"]["queue"]["topic"] == "meters"
