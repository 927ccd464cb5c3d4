"""`influx setup` makes what is missing, changes what differs, and says what it cannot do."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rtu_agent.cli import exit_codes, main
from rtu_agent.driver_api import load_register_map
from rtu_agent.output.line_protocol import body
from support.influxdb_2 import Influxdb2
from support.records import NOON_MS, record, series
from support.scripted_http import Reply, serving
from support.servers import Influxd, VictoriaMetrics, free_port

METER = """
driver: test.meter
kind: energy_meter
description: A meter
source: written for this test
table: input
type: f32
points:
  voltage: {at: 0x0000, unit: V}
  energy_import_active: {at: 0x0008, unit: kWh, group: slow, counter: true}
  operating_state: {at: 0x0010, type: enum, names: {1: run, 2: stop}}
  serial_number: {at: 0xFC00, type: u32, group: once}
"""
SETTINGS = {"bucket": "modbus", "keep": "90d", "rollups": {"1m": "1y", "15m": "2y"}}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUX_TOKEN", "s3cret")


def setup(folder: Path, url: str, *arguments: str, **settings: Any) -> Result:
    """Run the command for a site with one output."""
    (folder / "meter.yaml").write_text(METER)
    site = {
        "version": 1,
        "site": "s",
        "buses": {"b": {"port": "/dev/ttyUSB0"}},
        "devices": [{"name": "d", "bus": "b", "unit": 1, "driver": "./meter.yaml"}],
        "outputs": {"db": {"type": "influxdb", "url": url, **SETTINGS, **settings}},
    }
    (folder / "devices.yaml").write_text(json.dumps(site))
    return CliRunner().invoke(main, ["influx", "setup", "-c", str(folder / "devices.yaml"), *arguments])


def deeds(result: Result) -> dict[str, str]:
    """What was done, by thing and name."""
    assert result.exit_code == exit_codes.OK, result.output
    return {f"{each['thing']} {each['name']}": each["deed"] for each in json.loads(result.stdout)["changes"]}


@pytest.mark.server
def test_version_1_gets_databases_with_their_retention(influxd: Influxd, tmp_path: Path) -> None:
    """Once; a retention that is changed in the site is changed at the server."""
    first = deeds(setup(tmp_path, influxd.url, "--json"))
    assert first == {
        "database modbus": "created",
        "retention policy modbus/autogen": "changed",
        "database modbus_1m": "created",
        "retention policy modbus_1m/autogen": "changed",
        "database modbus_15m": "created",
        "retention policy modbus_15m/autogen": "changed",
    }
    assert set(deeds(setup(tmp_path, influxd.url, "--json")).values()) == {"unchanged"}
    (policy,) = influxd.query('SHOW RETENTION POLICIES ON "modbus_15m"')
    assert policy["duration"] == f"{2 * 365 * 24}h0m0s"
    later = setup(tmp_path, influxd.url, keep="60d")
    assert "db: retention policy modbus/autogen: changed, kept for 60d, was kept for 90d\n" in later.stdout


@pytest.mark.server
def test_a_bucket_with_a_policy_keeps_everything_in_one_database(influxd: Influxd, tmp_path: Path) -> None:
    """And a policy that somebody made otherwise stays where the site says nothing of it."""
    influxd.query("CREATE DATABASE plant WITH DURATION 45d NAME own")
    done = deeds(setup(tmp_path, influxd.url, "--json", bucket="plant/raw"))
    assert done == {
        "database plant": "unchanged",
        "retention policy plant/raw": "created",
        "retention policy plant/raw_1m": "created",
        "retention policy plant/raw_15m": "created",
    }
    policies = {row["name"]: row["duration"] for row in influxd.query("SHOW RETENTION POLICIES ON plant")}
    assert policies == {"own": "1080h0m0s", "raw": "2160h0m0s", "raw_1m": "8760h0m0s", "raw_15m": "17520h0m0s"}
    unsaid = deeds(setup(tmp_path, influxd.url, "--json", bucket="plant", keep="45d", rollups={}))
    assert unsaid == {"database plant": "unchanged", "retention policy plant/own": "unchanged"}


@pytest.mark.server
def test_nothing_is_done_when_tried_dry(influxd: Influxd, tmp_path: Path) -> None:
    """It says the same, as what would be."""
    said = setup(tmp_path, influxd.url, "--dry-run", rollups_by="server", bucket="plant/raw")
    assert said.exit_code == exit_codes.OK
    assert said.stdout.count("database plant: would be created") == 1
    assert "would be created, CREATE CONTINUOUS QUERY" in said.stdout
    assert influxd.query("SHOW DATABASES") == []


@pytest.mark.server
def test_continuous_queries_are_made_from_the_drivers(influxd: Influxd, tmp_path: Path) -> None:
    """No mean of a counter or a code; the server takes them, and what they select is right."""
    done = deeds(setup(tmp_path, influxd.url, "--json", rollups_by="server"))
    queries = [name for name in done if name.startswith("continuous query")]
    assert len(queries) == 2
    (shown,) = [row for row in influxd.query("SHOW CONTINUOUS QUERIES") if " 1m " in row["name"]]
    text = shown["query"]
    for wanted in ("mean(voltage_v)", "max(voltage_v)", "last(energy_import_active_kwh)", "last(operating_state)"):
        assert wanted in text
    for unwanted in ("mean(energy", "mean(operating", "serial_number"):
        assert unwanted not in text
    # What the server would do each minute, done by hand: the select of the query, over the time of the records.
    of = series("d", [f for f in _fields(tmp_path) if f.name != "serial_number"])
    influxd.post(
        "/write",
        body([record(second, of, (float(second), 10.0 + second, 1 + second % 2)) for second in range(60)]),
        db="modbus",
        precision="ms",
    )
    select = text[text.index("SELECT") : text.rindex(" END")]
    window = f"WHERE time >= {NOON_MS}ms AND time < {NOON_MS + 60_000}ms GROUP BY time"
    influxd.query(select.replace("GROUP BY time", window))
    (row,) = influxd.query("SELECT * FROM energy_meter", "modbus_1m")
    assert row["voltage_v_mean"] == 29.5
    assert row["energy_import_active_kwh_last"] == 69.0
    assert (row["operating_state_last"], row["records"], row["quality"]) == (2, 60, 0)
    assert set(deeds(setup(tmp_path, influxd.url, "--json", rollups_by="server")).values()) == {"unchanged"}


@pytest.mark.server
def test_a_continuous_query_of_another_driver_is_replaced(
    influxd: Influxd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of other people stay."""
    setup(tmp_path, influxd.url, rollups_by="server")
    influxd.query(
        'CREATE CONTINUOUS QUERY "mine" ON "modbus" BEGIN SELECT mean("v") INTO "x" FROM "m" GROUP BY time(1h) END'
    )
    monkeypatch.setitem(globals(), "METER", METER.replace("voltage:", "current:").replace("unit: V", "unit: A"))
    done = setup(tmp_path, influxd.url, "--json", rollups_by="server")
    each = [change["deed"] for change in json.loads(done.stdout)["changes"] if change["thing"] == "continuous query"]
    assert sorted(each) == ["created", "created", "removed", "removed"]
    names = [row["name"] for row in influxd.query("SHOW CONTINUOUS QUERIES") if "query" in row]
    assert len(names) == 3
    assert "mine" in names


def _fields(folder: Path) -> list[Any]:
    return [point.field for point in load_register_map(folder / "meter.yaml").points]


def version_2(server: Influxdb2, folder: Path, *arguments: str, **settings: Any) -> Result:
    """Run the command against a server of version 2."""
    with serving(server) as http:
        return setup(folder, http.url, *arguments, org="plant", token={"env": "INFLUX_TOKEN"}, **settings)


def test_version_2_gets_buckets(tmp_path: Path) -> None:
    """Twice is once; a retention that differs is changed."""
    server = Influxdb2()
    assert set(deeds(version_2(server, tmp_path, "--dry-run", "--json")).values()) == {"created"}
    assert server.buckets == {}
    assert deeds(version_2(server, tmp_path, "--json")) == {
        "bucket modbus": "created",
        "bucket modbus_1m": "created",
        "bucket modbus_15m": "created",
    }
    assert server.buckets["modbus"]["retentionRules"] == [{"type": "expire", "everySeconds": 90 * 86_400}]
    assert set(deeds(version_2(server, tmp_path, "--json")).values()) == {"unchanged"}
    assert deeds(version_2(server, tmp_path, "--json", keep="120d"))["bucket modbus"] == "changed"
    assert server.buckets["modbus"]["retentionRules"] == [{"type": "expire", "everySeconds": 120 * 86_400}]


def test_version_2_gets_tasks_made_from_the_drivers(tmp_path: Path) -> None:
    """A mean of amounts only; one that differs is changed."""
    server = Influxdb2()
    version_2(server, tmp_path, rollups_by="server")
    assert list(server.tasks) == ["rtu-agent modbus 1m", "rtu-agent modbus 15m"]
    flux = server.tasks["rtu-agent modbus 1m"]["flux"]
    assert flux.startswith('option task = {name: "rtu-agent modbus 1m", every: 1m, offset: 30s}\n')
    mean, *_, last = flux.split("from(")[1:]
    assert 'set: ["voltage_v"]' in mean
    assert "energy_import" not in mean
    assert 'set: ["voltage_v", "energy_import_active_kwh", "operating_state"]' in last
    assert 'to(bucket: "modbus_1m", org: "plant")' in last
    assert "serial_number" not in flux
    assert set(deeds(version_2(server, tmp_path, "--json", rollups_by="server")).values()) == {"unchanged"}
    server.tasks["rtu-agent modbus 1m"]["flux"] = "something else"
    assert deeds(version_2(server, tmp_path, "--json", rollups_by="server"))["task rtu-agent modbus 1m"] == "changed"
    assert server.tasks["rtu-agent modbus 1m"]["flux"] == flux


def test_a_wrong_token_is_said(tmp_path: Path) -> None:
    """With the server's words, and an exit code of its own."""
    result = version_2(Influxdb2(token="another"), tmp_path)
    assert result.exit_code == exit_codes.PERMISSION
    assert "bucket modbus: HTTP 401: unauthorized access; the token or user may not do this" in result.stderr


def test_a_missing_secret_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked; with the exit code that `run` has for it."""
    monkeypatch.delenv("INFLUX_TOKEN")
    result = version_2(Influxdb2(), tmp_path)
    assert result.exit_code == exit_codes.CONFIG_INVALID
    assert "INFLUX_TOKEN is not set" in result.stderr


def test_a_file_of_certificates_that_is_not_there_is_said(tmp_path: Path) -> None:
    """In the same way."""
    result = setup(tmp_path, "https://localhost:8086", ca_file=str(tmp_path / "ca.pem"))
    assert result.exit_code == exit_codes.CONFIG_INVALID
    assert f"the ca_file {tmp_path / 'ca.pem'} cannot be read" in result.stderr


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Nothing was done."""
    result = setup(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert result.exit_code == exit_codes.UNAVAILABLE
    assert "refused" in result.stderr


def test_a_short_retention_is_warned_of(tmp_path: Path) -> None:
    """The backlog of a long outage would be refused."""
    result = version_2(Influxdb2(), tmp_path, keep="7d", rollups={})
    assert result.exit_code == exit_codes.OK
    assert (
        "keeps records for 7d and refuses older ones; after an outage the spool may hold some of 30d" in result.stderr
    )
    assert "warning" not in version_2(Influxdb2(), tmp_path).stderr


@pytest.mark.parametrize(("version", "mend"), [("3.1.0", "influxdb3 create database"), ("", "-retentionPeriod")])
def test_what_cannot_be_done_is_said(version: str, mend: str, tmp_path: Path) -> None:
    """Version 3 and VictoriaMetrics."""
    with serving(lambda _: Reply(204, headers={"X-Influxdb-Version": version})) as http:
        result = setup(tmp_path, http.url, rollups_by="server")
    assert result.exit_code == exit_codes.OK
    assert "db: bucket modbus_15m: cannot be set up" in result.stdout
    assert mend in result.stdout
    assert "take rollups_by: agent" in result.stdout


@pytest.mark.server
def test_victoria_metrics_is_not_taken_for_a_version_1(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    """It answers queries of version 1 as if it had done them."""
    result = setup(tmp_path, victoria_metrics.url)
    assert "cannot be set up" in result.stdout
    assert "created" not in result.stdout


def test_an_output_that_is_not_there_is_said(tmp_path: Path) -> None:
    """By its name."""
    result = setup(tmp_path, "http://localhost", "sqlite")
    assert result.exit_code == exit_codes.USAGE
    assert "no InfluxDB output 'sqlite'" in result.stderr
