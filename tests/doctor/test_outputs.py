"""What can be wrong with outputs: secrets, servers, how long they keep what they get, and the disks of local ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.doctor import rooms, secret_places, servers
from rtu_agent.doctor.deadline import NoAnswerError
from rtu_agent.doctor.finding import Finding, Severity
from rtu_agent.doctor.rooms import Room
from rtu_agent.doctor.secret_places import Place
from rtu_agent.doctor.servers import Server
from rtu_agent.doctor.unit import Unit
from rtu_agent.domain.secret import Secret
from rtu_agent.output.contract import Action, Verdict
from support.cases import ALICE, case
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import Influxd, VictoriaMetrics, free_port

DAY_S = 86_400.0
GIB = 1024**3


def influx(folder: Path, url: str, **settings: Any) -> list[Finding]:
    """Return what is found about the server of a site's InfluxDB output."""
    outputs = {"db": {"type": "influxdb", "url": url, "bucket": "modbus", **settings}}
    return list(servers.examine(case(folder, {"b": "/dev/ttyUSB0"}, outputs=outputs)))


def secret_file(folder: Path, mode: int) -> Path:
    """Write a secret down."""
    file = folder / "token"
    file.write_text("s3cret\n")
    file.chmod(mode)
    return file


def test_a_secret_that_everybody_may_read_is_told(tmp_path: Path) -> None:
    """Unless its folder is closed to them."""
    tmp_path.chmod(0o755)
    exposed = secret_places.look("db.token", Secret(file=secret_file(tmp_path, 0o644)))
    hidden = secret_places.look("db.token", Secret(file=secret_file(tmp_path, 0o640)))
    (tmp_path / "closed").mkdir(mode=0o700)
    behind = secret_places.look("db.token", Secret(file=secret_file(tmp_path / "closed", 0o644)))

    # The folder of all tests is closed in itself; what is above this test does not matter here.
    assert (hidden.is_exposed, behind.is_exposed) == (False, False)
    found = secret_places.judge(Place("db.token", exposed.secret, "", is_exposed=True), None)
    assert (found.severity, found.mend) == (Severity.WARNING, f"chmod o-r {tmp_path / 'token'}")
    assert "s3cret" not in f"{found}{exposed}"
    assert secret_places.judge(hidden, None).severity is Severity.OK


def test_a_world_readable_file_in_an_open_folder_is_exposed() -> None:
    """This one is so on every machine."""
    assert secret_places.look("db.token", Secret(file=Path("/etc/passwd"))).is_exposed


def test_what_only_the_service_is_given_cannot_be_missed_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential that the unit names is fine; one that it does not, or a variable, is worth a look."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("INFLUX_TOKEN", raising=False)
    unit = Unit(Path("/u"), is_enabled=True, user="rtu-agent", program="p", credentials=frozenset({"influx_token"}))
    credential = secret_places.look("db.token", Secret(credential="influx_token"))
    variable = secret_places.look("db.token", Secret(env="INFLUX_TOKEN"))

    assert secret_places.judge(credential, unit).severity is Severity.OK
    assert secret_places.judge(credential, None).mend == "LoadCredential=influx_token:/path/of/the/secret in the unit"
    found = secret_places.judge(variable, unit)
    assert (found.severity, found.mend) == (Severity.WARNING, "INFLUX_TOKEN=… where the agent is started")


def test_a_secret_that_is_missing_keeps_its_server_from_being_asked(tmp_path: Path) -> None:
    """The one is a problem with its path, the other says why nothing is known."""
    token = {"token": {"file": str(tmp_path / "none")}}
    outputs = {"db": {"type": "influxdb", "url": "http://127.0.0.1:9", "bucket": "m", **token}}
    examined = case(tmp_path, {"b": "/dev/ttyUSB0"}, outputs=outputs)

    (secret,) = secret_places.examine(examined)
    (server,) = servers.examine(examined)

    assert (secret.about, secret.severity) == ("db.token", Severity.PROBLEM)
    assert str(tmp_path / "none") in secret.mend
    assert (server.about, server.severity) == ("db", Severity.WARNING)


@pytest.mark.server
def test_a_real_version_1_is_asked_without_getting_anything(influxd: Influxd, tmp_path: Path) -> None:
    """First there is no database, then it keeps records too short, then long enough."""
    (missing,) = influx(tmp_path, influxd.url)
    assert missing.severity is Severity.PROBLEM
    assert "database not found" in missing.says
    assert f"rtu-agent influx setup --config {tmp_path / 'devices.yaml'} db" in missing.mend

    influxd.query("CREATE DATABASE modbus WITH DURATION 7d NAME week")
    takes, short = influx(tmp_path, influxd.url)
    assert takes.severity is Severity.OK
    assert (short.severity, short.mend) == (Severity.WARNING, "spool: {keep: 7d}, or let the server keep more")

    influxd.query("ALTER RETENTION POLICY week ON modbus DURATION 90d")
    assert [found.severity for found in influx(tmp_path, influxd.url)] == [Severity.OK, Severity.OK]
    assert influxd.query("SHOW MEASUREMENTS", "modbus") == [], "nothing was written"


@pytest.mark.server
def test_victoria_metrics_takes_records(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    """It does not say how long it keeps them."""
    (found,) = influx(tmp_path, victoria_metrics.url)

    assert (found.severity, found.says) == (Severity.OK, "its server would take records")


def version_2(status: int, message: str = "") -> Any:
    """Answer writes as version 2 does, and refuse a token that may only write everything else."""

    def script(request: Request) -> Reply:
        if request.path == "/api/v2/write":
            assert request.body == b""
            text = json.dumps({"code": "x", "message": message}) if message else ""
            return Reply(status, text, JSON)
        if request.path == "/ping":
            return Reply(204, headers={"X-Influxdb-Version": "v2.7.1"})
        return Reply(401, json.dumps({"code": "unauthorized", "message": "unauthorized access"}), JSON)

    return script


@pytest.mark.parametrize(
    ("status", "message", "severity", "said"),
    [
        (204, "", Severity.OK, "would take records"),
        (400, "writing requires points", Severity.OK, "would take records"),
        (401, "unauthorized access", Severity.PROBLEM, "HTTP 401: unauthorized access"),
        (404, 'bucket "modbus" not found', Severity.PROBLEM, 'HTTP 404: bucket "modbus" not found'),
        (503, "", Severity.PROBLEM, "does not take records now"),
    ],
)
def test_version_2_looks_at_token_and_bucket_before_the_lines(
    status: int, message: str, severity: Severity, said: str, tmp_path: Path
) -> None:
    """So a token that may write and nothing else is enough to find out."""
    with serving(version_2(status, message)) as server:
        found = influx(tmp_path, server.url, api="v2", org="plant")

    assert found[0].severity is severity
    assert said in found[0].says
    untold = ["the server does not tell us how long it keeps records"]
    assert [each.says for each in found[1:]] == (untold if severity is Severity.OK else [])


def test_a_server_that_is_away_is_a_problem_whose_records_wait(tmp_path: Path) -> None:
    """The rollups have servers' buckets of their own, and are asked for as well."""
    found = influx(tmp_path, f"http://127.0.0.1:{free_port()}", rollups={"1m": "90d"})

    away = [each for each in found if each.severity is Severity.PROBLEM]
    assert [each.about for each in away] == ["db", "db-1m"]
    assert all("they wait in the spool" in each.says for each in away)


def test_an_output_that_cannot_be_asked_is_left_alone() -> None:
    """An empty body would be a message for a broker; and whatever a plugin raises is told."""
    assert servers.judge_answer(Server("n", None, None, "m")).severity is Severity.OK
    late = servers.judge_answer(Server("n", NoAnswerError("there was no answer within 5 s"), None, "m"))
    assert (late.severity, late.mend) == (Severity.PROBLEM, "m")
    assert late.says == "its server was asked, and there was no answer within 5 s"
    assert list(servers.judge_retention(Server("n", Verdict(Action.ACCEPTED), None, "m"), DAY_S)) == []


def test_a_file_of_certificates_that_is_none_is_told(tmp_path: Path) -> None:
    """What the agent would refuse to start with."""
    (found,) = influx(tmp_path, "https://127.0.0.1:1", ca_file=str(tmp_path / "ca.pem"))

    assert found.severity is Severity.PROBLEM
    assert str(tmp_path / "ca.pem") in found.says


def room(**changes: Any) -> Iterator[Finding]:
    """Judge a directory that is well but for the changes."""
    well = {"exists": True, "is_writable": True, "locked": None, "free": 50 * GIB, "total": 100 * GIB, "wanted": 0}
    return rooms.judge(Room("state", Path("/var/lib/rtu-agent"), **{**well, **changes}), ALICE)


@pytest.mark.parametrize(
    ("changes", "severities", "said"),
    [
        ({}, ["ok", "ok"], "50GiB left"),
        ({"is_writable": False}, ["problem", "ok"], "alice may not write to /var/lib/rtu-agent"),
        ({"is_writable": False, "exists": False}, ["problem", "ok"], "and it is not there"),
        ({"locked": Path("/s/spool.sqlite3")}, ["problem", "ok"], "another user has run the agent"),
        ({"free": 10 * 1024**2}, ["ok", "problem"], "it is full"),
        ({"free": GIB, "wanted": 2 * GIB}, ["ok", "warning"], "1024MiB left, and it may grow by 2048MiB"),
        ({"free": 4 * GIB}, ["ok", "warning"], "4096MiB left, of 100GiB"),
    ],
)
def test_a_directory_is_judged_by_who_may_write_and_what_fits(
    changes: dict[str, Any], severities: list[str], said: str
) -> None:
    """Every one has two findings, and those that need a hand say what to do."""
    found = list(room(**changes))

    assert [each.severity for each in found] == severities
    assert any(said in each.says for each in found)
    assert all(each.mend for each in found if each.severity is not Severity.OK)


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """The state that is not there yet is looked at where it would be made; what the spool holds counts already."""
    outputs = {
        "csv": {"directory": "tables", "max": "200MiB"},
        "influxdb": {"url": "http://127.0.0.1:9", "bucket": "m"},
    }
    found = list(rooms.examine(case(tmp_path, {"b": "/dev/ttyUSB0"}, outputs=outputs)))
    assert [each.about for each in found] == ["state", "state", "csv", "csv"]
    assert {path.name for path in tmp_path.iterdir()} == {"devices.yaml"}

    (tmp_path / "state").mkdir()
    (tmp_path / "state/spool.sqlite3").write_bytes(b"x" * 1000)
    looked = rooms.look("state", tmp_path / "state", 5000)
    assert (looked.exists, looked.wanted, looked.locked) == (True, 4000, None)


def test_a_hostile_server_says_nothing_to_the_terminal(tmp_path: Path) -> None:
    """Its words are shown as they came, and move no cursor."""
    with serving(version_2(401, "no\x1b[2J\nok       all is well")) as server:
        (found,) = influx(tmp_path, server.url, api="v2")

    assert r"HTTP 401: no\x1b[2J\nok" in found.says
    assert found.says.isprintable()
