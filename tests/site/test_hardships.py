"""A running agent through late replies, a pulled cable and a sudden death."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.agent_process import AgentProcess, until
from support.servers import Influxd
from support.truth_slave import TruthSlave, truth

TIMEOUT_S = 0.2
LATE_S = 1.5 * TIMEOUT_S
BACKENDS = ["loop", "thread"]


def site(port: Path, outputs: str, units: str = "1-4", interval: str = "50ms", backend: str = "auto") -> str:
    """Return a site of truthful units, each polled in two groups of the same shape."""
    return f"""
version: 1
site: test
buses:
  b: {{port: {port}, baudrate: 115200, timeout: {int(TIMEOUT_S * 1000)}ms, backend: {backend}}}
devices:
  - name: "truth-{{unit}}"
    bus: b
    unit: {units}
    driver: ./truth.yaml
    interval: {interval}
outputs:
  {outputs}
http: {{listen: "127.0.0.1:0"}}
"""


def write_map(folder: Path) -> None:
    """Write a map whose two groups read blocks of one width at different addresses."""
    (folder / "truth.yaml").write_text(
        """
driver: test.truth
kind: truth
description: registers that say where they are
source: written for this test
table: holding
type: u16
max_block: 2
points:
  at_10: {at: 10, group: fast, vendor_specific: true}
  at_11: {at: 11, group: fast, vendor_specific: true}
  at_20: {at: 20, group: normal, vendor_specific: true}
  at_21: {at: 21, group: normal, vendor_specific: true}
"""
    )


def readings(folder: Path) -> list[tuple[int, str, str, float]]:
    """Return all (time, device, field, value) in the SQLite output."""
    rows: list[tuple[int, str, str, float]] = []
    for file in sorted((folder / "data").iterdir()):
        if not file.name.endswith(("-wal", "-shm")):
            connection = sqlite3.connect(file)
            rows += connection.execute("SELECT time_ms, device, field, value FROM readings").fetchall()
            connection.close()
    return rows


def wrong(rows: list[tuple[int, str, str, float]]) -> list[tuple[int, str, str, float]]:
    """Return the rows whose value is not the register's."""
    return [
        row
        for row in rows
        if row[2].startswith("at_")
        and row[3] != truth(int(row[1].removeprefix("truth-")), int(row[2].removeprefix("at_"))) & 0xFFFF
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_unit_that_answers_late_never_stores_a_wrong_value(backend: str, tmp_path: Path) -> None:
    """Unit 2 always answers 1.5 timeouts late, unit 3 at times: nothing wrong is stored, and units 1 and 4 go on."""
    write_map(tmp_path)

    def lateness(unit: int, number: int) -> float | None:
        late = unit == 2 or (unit == 3 and number % 5 == 0)
        return LATE_S if late else 0.002

    slave = TruthSlave(tmp_path / "port", lateness)
    slave.plug()
    agent = AgentProcess(tmp_path, site(tmp_path / "port", "sqlite: {directory: data}", backend=backend))
    assert agent.run("--for", "8s") == 0
    slave.unplug()

    rows = readings(tmp_path)
    assert wrong(rows) == []
    good = [device for _, device, field, _ in rows if field.startswith("at_")]
    assert good.count("truth-1") > 100
    assert good.count("truth-4") > 100
    assert good.count("truth-3") > 0
    assert good.count("truth-2") == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_replugged_port_is_polled_within_five_seconds(backend: str, tmp_path: Path) -> None:
    """Another terminal at the same path: polling goes on without a restart."""
    write_map(tmp_path)
    slave = TruthSlave(tmp_path / "port", lambda *_: 0.002)
    slave.plug()
    agent = AgentProcess(tmp_path, site(tmp_path / "port", "sqlite: {directory: data}", backend=backend))
    agent.start()
    until(lambda: len(slave.requests) > 20, "polls before the cable is pulled")
    slave.unplug()
    time.sleep(3)

    before = len(slave.requests)
    plugged_at = time.monotonic()
    slave.plug()
    until(lambda: len(slave.requests) > before, "a poll after the cable is back", 5.0)
    back_after_s = time.monotonic() - plugged_at
    until(lambda: len(slave.requests) > before + 20, "polls after the cable is back")
    assert agent.stop() == 0
    slave.unplug()

    assert back_after_s < 5.0
    assert wrong(readings(tmp_path)) == []
    assert len(agent.events("port_lost")) == 1
    assert [event["reopened"] for event in agent.events("port_opened")] == [False, True]


def committed(spool: Path) -> set[tuple[int, str]]:
    """Return time and device of every reading in a spool; nothing where it was not made yet."""
    try:
        with closing(sqlite3.connect(f"file:{spool}?mode=ro", uri=True)) as connection:
            bodies = [body for (body,) in connection.execute("SELECT body FROM batch")]
    except sqlite3.OperationalError:
        return set()
    lines = [line for line in b"\n".join(bodies).decode().splitlines() if line.startswith("truth,")]
    readings = {(int(line.rpartition(" ")[2]), line.split("device=")[1].split(",")[0]) for line in lines}
    assert len(readings) == len(lines), "one record for each time and device"
    return readings


def stored(influxd: Influxd) -> set[tuple[int, str]]:
    """Return time and device of every reading in the database."""
    return {(row["time"], row["device"]) for row in influxd.query("SELECT * FROM truth", "modbus")}


@pytest.mark.server
def test_what_was_committed_arrives_after_kill_nine(tmp_path: Path, influxd: Influxd) -> None:
    """Killed three times while the server is down, then started again: the database gets all, once, and all true."""
    influxd.create_database("modbus")
    write_map(tmp_path)
    slave = TruthSlave(tmp_path / "port", lambda *_: 0.001)
    slave.plug()
    outputs = f'influxdb: {{url: "{influxd.url}", bucket: modbus, api: v1}}'
    agent = AgentProcess(tmp_path, site(tmp_path / "port", outputs, interval="20ms"))
    influxd.kill()
    spool = tmp_path / "state" / "spool.sqlite3"
    owed: set[tuple[int, str]] = set()
    for life, longer_s in enumerate((0.7, 0.2, 1.1), start=1):
        agent.start()
        until(lambda: len(committed(spool)) > len(owed) + 70, f"commits of life {life}")  # noqa: B023 - called at once
        time.sleep(longer_s)
        agent.kill()
        owed = committed(spool)
    influxd.restart()
    agent.start()
    until(lambda: owed <= stored(influxd), "the arrival of all that was committed")
    assert agent.stop() == 0
    slave.unplug()

    rows = influxd.query("SELECT * FROM truth", "modbus")
    keys = [(row["time"], row["device"]) for row in rows]
    assert len(owed) > 200
    assert len(keys) == len(set(keys))
    fields = ("at_10", "at_11", "at_20", "at_21")
    values = [(row["time"], row["device"], name, row[name]) for row in rows for name in fields if row[name] is not None]
    assert wrong(values) == []
