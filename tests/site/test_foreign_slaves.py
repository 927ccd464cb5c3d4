"""A site written by hand against slaves that are not ours: every stored value equals the slave's register."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from support.agent_process import AgentProcess
from support.foreign_slaves import missing, slave, value_of
from support.pty_bridge import PtyBridge
from support.requirements import require
from support.servers import Influxd, VictoriaMetrics, free_port
from support.tcp_gateway import TcpGateway

HOLDING = [0, 1, 2, 10, 40, 41, 90, 150, 151, 152, 399]
INPUT = [3, 4, 5, 120, 121, 300]
NO_POINTS = ("quality", "text")
KINDS = ["pymodbus", "debian-pymodbus", "libmodbus"]
NETWORK_KINDS = ["pymodbus-tcp", "debian-pymodbus-tcp", "libmodbus-tcp", "pymodbus-rtu-over-tcp"]


def write_map(folder: Path) -> None:
    """Write a register map with words here and there, and a wide value across two of them."""
    points = [f"  holding_{at}: {{at: {at}, table: holding, vendor_specific: true}}" for at in HOLDING]
    points += [f"  input_{at}: {{at: {at}, table: input, vendor_specific: true}}" for at in INPUT]
    points.append("  wide: {at: 200, table: holding, type: u32, word_order: little, vendor_specific: true}")
    points.append("  scaled: {at: 210, table: holding, type: i16, scale: 0.1, vendor_specific: true}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.yaml").write_text(
        "\n".join(
            [
                "driver: test.words",
                "kind: words",
                "description: words here and there",
                "source: written for this test",
                "table: holding",
                "type: u16",
                "max_block: 50",
                "points:",
                *points,
            ]
        )
    )


def expected(unit: int) -> dict[str, float]:
    """Return what every field of a unit must hold."""
    words = {f"holding_{at}": float(value_of(unit, at)) for at in HOLDING}
    words |= {f"input_{at}": float(value_of(unit, at)) for at in INPUT}
    scaled = value_of(unit, 210)
    words["wide"] = float(value_of(unit, 201) << 16 | value_of(unit, 200))
    words["scaled"] = (scaled - 0x10000 if scaled & 0x8000 else scaled) / 10
    return words


def site(
    port: str, outputs: str = "sqlite: {directory: data}", *, units: str = "1-2", settings: str = "baudrate: 115200, "
) -> str:
    """Return a site with units 1 and 2 on one bus."""
    return f"""
version: 1
site: test
buses:
  b: {{port: "{port}", {settings}timeout: 300ms}}
devices:
  - {{name: "words-{{unit}}", bus: b, unit: {units}, driver: ./words.yaml, interval: 200ms, tags: {{room: lab}}}}
outputs:
  {outputs}
http: {{listen: "127.0.0.1:0"}}
"""


def wrong(rows: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """Return the rows whose value is not that of the register."""
    values = {f"words-{unit}": expected(unit) for unit in (1, 2)}
    return [row for row in rows if row[1] not in NO_POINTS and row[2] != values[row[0]][row[1]]]


def stored(folder: Path) -> list[tuple[str, str, float]]:
    """Return all (device, field, value) in the SQLite output."""
    rows: list[tuple[str, str, float]] = []
    for file in sorted((folder / "data").glob("*.sqlite*")):
        if file.suffix.startswith(".sqlite") and not file.name.endswith(("-wal", "-shm")):
            with sqlite3.connect(file) as connection:
                rows += connection.execute("SELECT device, field, value FROM readings").fetchall()
            connection.close()
    return rows


@pytest.mark.server
@pytest.mark.parametrize("kind", KINDS)
def test_every_stored_value_equals_the_register(kind: str, tmp_path: Path) -> None:
    """SQLite holds what the slave holds, for every point, over many polls."""
    require(missing(kind))
    write_map(tmp_path)
    with PtyBridge() as bridge, slave(kind, bridge.far):
        agent = AgentProcess(tmp_path, site(bridge.near))
        assert agent.run("--for", "4s") == 0

    rows = stored(tmp_path)
    units = (1,) if kind == "libmodbus" else (1, 2)
    for unit in units:
        values = {field: value for device, field, value in rows if device == f"words-{unit}" and field not in NO_POINTS}
        assert values == expected(unit)
        assert all(
            value == expected(unit)[field]
            for device, field, value in rows
            if device == f"words-{unit}" and field not in NO_POINTS
        )
    assert len(rows) > 100
    if kind == "libmodbus":
        assert {value for device, field, value in rows if device == "words-2" and field == "quality"} == {3}


@pytest.mark.server
@pytest.mark.parametrize("kind", NETWORK_KINDS)
def test_over_the_network_every_stored_value_equals_the_register(kind: str, tmp_path: Path) -> None:
    """Modbus TCP and RTU over TCP, served by others."""
    require(missing(kind))
    write_map(tmp_path)
    port = free_port()
    rtu = kind.endswith("rtu-over-tcp")
    units = (1,) if kind.startswith("libmodbus") else (1, 2)
    text = site(
        f"{'rtu+tcp' if rtu else 'tcp'}://127.0.0.1:{port}",
        units=str(list(units)),
        settings="baudrate: 115200, " if rtu else "",
    )
    with slave(kind, str(port)):
        assert AgentProcess(tmp_path, text).run("--for", "4s") == 0

    rows = stored(tmp_path)
    assert wrong(rows) == []
    for unit in units:
        seen = {field for device, field, _ in rows if device == f"words-{unit}" and field not in NO_POINTS}
        assert seen == expected(unit).keys()
    assert len(rows) > 100


@pytest.mark.server
@pytest.mark.parametrize("kind", ["debian-pymodbus", "libmodbus"])
def test_behind_a_gateway_that_cuts_and_joins_every_stored_value_equals_the_register(kind: str, tmp_path: Path) -> None:
    """Frames in pieces of any size, and a unit that is not there: connections come and go, values stay true."""
    require(missing(kind))
    write_map(tmp_path)
    with PtyBridge() as bridge, slave(kind, bridge.far), TcpGateway(bridge.near) as gateway:
        text = site(f"rtu+tcp://127.0.0.1:{gateway.port}", units="[1, 7]")
        agent = AgentProcess(tmp_path, text)
        assert agent.run("--for", "5s") == 0

    rows = stored(tmp_path)
    assert wrong([row for row in rows if row[0] == "words-1"]) == []
    assert {field for device, field, _ in rows if device == "words-1"} >= expected(1).keys()
    assert {value for device, field, value in rows if device == "words-7" and field == "quality"} == {3}
    assert gateway.accepted > 1
    assert agent.events("port_lost") == []


@pytest.mark.server
def test_every_value_in_influxdb_equals_the_register(tmp_path: Path, influxd: Influxd) -> None:
    """InfluxDB 1.6.7, found out by itself, holds what the slave holds."""
    influxd.create_database("modbus")
    write_map(tmp_path)
    outputs = f'influxdb: {{url: "{influxd.url}", bucket: modbus}}'
    with PtyBridge() as bridge, slave("pymodbus", bridge.far):
        agent = AgentProcess(tmp_path, site(bridge.near, outputs))
        assert agent.run("--for", "5s") == 0

    rows = influxd.query("SELECT * FROM words", "modbus")
    assert len(rows) > 10
    for row in rows:
        unit = int(row["device"].removeprefix("words-"))
        assert (row["site"], row["bus"], row["room"], row["quality"]) == ("test", "b", "lab", 0)
        assert {field: row[field] for field in expected(unit)} == expected(unit)


@pytest.mark.server
def test_every_value_in_victoria_metrics_equals_the_register(tmp_path: Path, victoria_metrics: VictoriaMetrics) -> None:
    """VictoriaMetrics' `/api/v2/write`, found out by itself, holds what the slave holds."""
    write_map(tmp_path)
    outputs = f'influxdb: {{url: "{victoria_metrics.url}", bucket: modbus, org: any}}'
    with PtyBridge() as bridge, slave("pymodbus", bridge.far):
        agent = AgentProcess(tmp_path, site(bridge.near, outputs))
        assert agent.run("--for", "5s") == 0

    seen = 0
    for labels, samples in victoria_metrics.export().items():
        names: dict[str, Any] = dict(labels)
        field = names["__name__"].removeprefix("words_")
        if field not in NO_POINTS:
            unit = int(names["device"].removeprefix("words-"))
            assert set(samples.values()) == {expected(unit)[field]}
            seen += len(samples)
    assert seen > 100
