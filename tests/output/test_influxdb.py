"""The InfluxDB output against a server that gives the documented answers of 1.x, 2.x and 3.x."""

import base64
import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rtu_agent.app import load
from rtu_agent.config.load import ConfigError
from rtu_agent.domain.secret import SecretError
from rtu_agent.output import influxdb_doors
from rtu_agent.output.contract import Action, SettingsError, Verdict
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from support.scripted_http import JSON, Reply, Request, Script, ScriptedServer, serving
from support.servers import free_port
from support.site_files import GOOD

LINE = b"m,device=d v=1.0,quality=0i 1795003200000"


@contextmanager
def talking(script: Script, **settings: Any) -> Iterator[tuple[InfluxdbOutput, ScriptedServer]]:
    """An output and the server it sends to."""
    with serving(script) as server:
        output = InfluxdbOutput(
            "influxdb", InfluxdbSettings.model_validate({"url": server.url, "bucket": "modbus"} | settings)
        )
        try:
            yield output, server
        finally:
            output.close()


def version_1(request: Request) -> Reply:
    """1.6.7: no second door."""
    if request.path != "/write":
        return Reply(404, "404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
    return Reply(204)


def test_version_2_gets_the_bytes_as_they_are_with_their_precision(tmp_path: Path) -> None:
    """Milliseconds, the token, bucket and organisation; nothing is compressed or parsed on the way."""
    (tmp_path / "token").write_text("s3cret\n")
    settings = {"org": "plant", "token": {"file": str(tmp_path / "token")}}
    body = LINE + b"\n" + 'm text="ü" 5'.encode()
    with talking(lambda _: Reply(204), **settings) as (output, server):
        assert output.send(body) == Verdict(Action.ACCEPTED)
        (request,) = server.requests
    assert (request.path, request.body) == ("/api/v2/write", body)
    assert request.query == {"org": "plant", "bucket": "modbus", "precision": "ms"}
    assert request.headers["Authorization"] == "Token s3cret"
    assert "Content-Encoding" not in request.headers


def test_version_1_is_found_by_asking_once(tmp_path: Path) -> None:
    """Database, retention policy and password, over the first door that answers."""
    (tmp_path / "password").write_text("pässword")
    settings = {"bucket": "db/year", "username": "agent", "password": {"file": str(tmp_path / "password")}}
    with talking(version_1, **settings) as (output, server):
        assert [output.send(LINE) for _ in range(3)] == [Verdict(Action.ACCEPTED)] * 3
        paths = [request.path for request in server.requests]
    assert paths == ["/api/v2/write", "/write", "/write", "/write"]
    last = server.requests[-1]
    assert (last.query, last.body) == ({"db": "db", "rp": "year", "precision": "ms"}, LINE)
    assert base64.b64decode(last.headers["Authorization"].removeprefix("Basic ")).decode() == "agent:pässword"


@pytest.mark.parametrize(("api", "path"), [("v1", "/write"), ("v2", "/api/v2/write")])
def test_a_configured_door_is_the_only_one_tried(api: str, path: str) -> None:
    """Even where it is not there; the address may have a path of its own."""
    with serving(lambda _: Reply(404, "404 page not found\n")) as server:
        settings = InfluxdbSettings.model_validate({"url": f"{server.url}/influx/", "bucket": "modbus", "api": api})
        output = InfluxdbOutput("influxdb", settings)
        verdicts = [output.send(LINE) for _ in range(2)]
        output.close()
    assert [verdict.action for verdict in verdicts] == [Action.HOLD] * 2
    assert {request.path for request in server.requests} == {f"/influx{path}"}


def test_a_server_that_was_replaced_is_asked_again() -> None:
    """1.x upgraded to 2.x while the agent runs."""
    with talking(version_1) as (output, server):
        output.send(LINE)
        server.script = lambda request: Reply(204 if request.path == "/api/v2/write" else 404)
        assert output.send(LINE).action is Action.HOLD
        assert output.send(LINE).action is Action.ACCEPTED
        assert server.requests[-1].path == "/api/v2/write"


@pytest.mark.parametrize(("api", "path"), [("v1", "/write"), ("v2", "/api/v2/write")])
def test_the_page_of_a_portal_takes_no_records(api: str, path: str) -> None:
    """It answers 200 to everybody until somebody has logged in; then the server itself is there."""
    with talking(lambda _: Reply(200, "<html>Log in first</html>"), api=api) as (output, server):
        assert output.send(LINE) == Verdict(Action.HOLD, f"{path}: HTTP 200: <html>Log in first</html>")
        server.script = lambda _: Reply(200)
        assert output.send(LINE) == Verdict(Action.ACCEPTED)


def test_a_missing_database_is_kept_and_said() -> None:
    """Version 1 says 404 in its own words; somebody has to create it."""

    def script(request: Request) -> Reply:
        if request.path != "/write":
            return Reply(404, "404 page not found\n")
        return Reply(404, '{"error":"database not found: \\"modbus\\""}', JSON)

    with talking(script) as (output, _):
        assert output.send(LINE) == Verdict(Action.HOLD, '/write: HTTP 404: database not found: "modbus"')


@pytest.mark.parametrize(
    ("reply", "action", "reason", "retry_after_s"),
    [
        (
            Reply(401, '{"code":"unauthorized","message":"unauthorized access"}', JSON),
            Action.HOLD,
            "unauthorized access",
            None,
        ),
        (Reply(404, '{"code":"not found","message":"bucket not found"}', JSON), Action.HOLD, "bucket not found", None),
        (Reply(413, '{"code":"request too large","message":"too large"}', JSON), Action.SMALLER, "too large", None),
        (Reply(413, "<html>413 Request Entity Too Large</html>"), Action.SMALLER, "413 Request", None),
        (Reply(429, "", {"Retry-After": "3"}), Action.AGAIN, "HTTP 429", 3.0),
        (Reply(503, '{"code":"unavailable","message":"starting"}', JSON), Action.AGAIN, "starting", None),
        (Reply(503, "", {"Retry-After": "Wed, 18 Nov 2026 12:00:30 GMT"}), Action.AGAIN, "HTTP 503", 0.0),
        (Reply(400, '{"code":"invalid","message":"unable to parse"}', JSON), Action.REJECTED, "unable to parse", None),
        (
            Reply(400, '{"error":"partial write","data":[{"error_message":"type conflict","line_number":1}]}', JSON),
            Action.REJECTED,
            "type conflict",
            None,
        ),
        (Reply(422, '{"code":"unprocessable entity","message":"beyond"}', JSON), Action.REJECTED, "beyond", None),
        (Reply(400, "The plain HTTP request was sent to HTTPS port"), Action.HOLD, "plain HTTP", None),
        (Reply(307, "", {"Location": "http://elsewhere/"}), Action.HOLD, "HTTP 307", None),
        (Reply(silent=True), Action.AGAIN, "", None),
    ],
)
def test_documented_answers_of_versions_2_and_3(
    reply: Reply, action: Action, reason: str, retry_after_s: float | None
) -> None:
    """Each is judged as the retry table says, in the server's own words."""
    with talking(lambda _: reply) as (output, server):
        verdict = output.send(LINE)
        assert len(server.requests) == 1
    assert verdict.action is action
    assert reason in verdict.reason
    assert verdict.retry_after_s == retry_after_s


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_server_that_is_not_there_is_no_answer(api: str) -> None:
    """Connection refused, then it comes up."""
    settings = InfluxdbSettings.model_validate({"url": f"http://127.0.0.1:{free_port()}", "bucket": "b", "api": api})
    output = InfluxdbOutput("influxdb", settings)
    verdict = output.send(LINE)
    output.close()
    assert verdict.action is Action.AGAIN
    assert "refused" in verdict.reason


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_server_that_hangs_is_given_up(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the read timeout; the answer that comes later is nobody's."""
    monkeypatch.setattr(influxdb_doors, "READ_TIMEOUT_S", 0.2)
    released = threading.Event()
    with talking(lambda _: Reply(204, pause=released), api=api) as (output, server):
        verdict = output.send(LINE)
        released.set()
        assert verdict.action is Action.AGAIN
        assert "timed out" in verdict.reason
        server.script = lambda _: Reply(204)
        assert output.send(LINE).action is Action.ACCEPTED


def test_a_renewed_token_is_used_without_a_restart(tmp_path: Path) -> None:
    """And a token file that vanished holds the records until it is back."""
    token = tmp_path / "token"
    token.write_text("old")
    new = lambda request: Reply(204 if request.headers["Authorization"] == "Token new" else 401)  # noqa: E731
    with talking(new, token={"file": str(token)}) as (output, server):
        assert output.send(LINE).action is Action.HOLD
        token.unlink()
        missing = output.send(LINE)
        assert missing.action is Action.HOLD
        assert str(token) in missing.reason
        token.write_text("new")
        assert output.send(LINE).action is Action.ACCEPTED
        assert len(server.requests) == 2


def test_a_missing_secret_is_said_at_start(tmp_path: Path) -> None:
    """Not half a minute into the first outage."""
    settings = InfluxdbSettings.model_validate(
        {"url": "http://localhost", "bucket": "b", "token": {"file": str(tmp_path / "missing")}}
    )
    with pytest.raises(SecretError, match="missing"):
        InfluxdbOutput("influxdb", settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bucket": "b"}, "Field required"),
        ({"url": "localhost:8086", "bucket": "b"}, "pattern"),
        ({"url": "http://user:pw@localhost", "bucket": "b"}, "pattern"),
        ({"url": "http://localhost?db=x", "bucket": "b"}, "pattern"),
        ({"url": "http://localhost", "bucket": ""}, "at least 1 character"),
        ({"url": "http://localhost", "bucket": "b", "api": "v3"}, "'auto', 'v1' or 'v2'"),
        ({"url": "http://localhost", "bucket": "b", "token": "s3cret"}, "a secret never stands in this file"),
        ({"url": "http://localhost", "bucket": "b", "username": "u"}, "username and password go together"),
        (
            {
                "url": "http://localhost",
                "bucket": "b",
                "token": {"env": "T"},
                "username": "u",
                "password": {"env": "P"},
            },
            "not both",
        ),
        ({"url": "http://localhost", "bucket": "b", "ca_file": "ca.pem"}, "begins with https://"),
        ({"url": "http://localhost", "bucket": "b", "auth": "basic"}, "'token' or 'bearer'"),
        ({"url": "http://localhost", "bucket": "b", "verify": False}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    """Before the first record, with words that say why."""
    with pytest.raises(ValidationError, match=message):
        InfluxdbSettings.model_validate(settings)


def test_rollups_are_outputs_with_buckets_of_their_own() -> None:
    """One for each length of windows, unless the server makes them."""
    settings = {"url": "http://localhost", "bucket": "plant/raw", "rollups": {"1m": "90d", "15m": "2y"}}
    output = InfluxdbOutput("db", InfluxdbSettings.model_validate(settings))
    targets = output.rollups()
    assert {name: target.length_s for name, target in targets.items()} == {"db-1m": 60.0, "db-15m": 900.0}
    assert InfluxdbSettings.model_validate(settings).of_rollup(900.0).bucket == "plant/raw_15m"
    by_server = InfluxdbOutput("db", InfluxdbSettings.model_validate(settings | {"rollups_by": "server"}))
    assert by_server.rollups() == {}
    for each in (output, by_server, *(target.output for target in targets.values())):
        each.close()


def test_an_output_cannot_have_the_name_of_a_rollup(tmp_path: Path) -> None:
    """It is said where the name stands; where the server makes the rollups the name is free."""
    site = tmp_path / "devices.yaml"
    of_influxdb = "{url: 'http://a', bucket: b, rollups: {1m: 90d}%s}"
    text = GOOD + f"outputs:\n  influxdb-1m: {{type: jsonl}}\n  influxdb: {of_influxdb}\n"
    site.write_text(text % "")
    with pytest.raises(ConfigError) as refused:
        load(site)
    message = "the name 'influxdb-1m' is that of the rollup 1m of output 'influxdb' (line 17); give this output another"
    assert f"devices.yaml:16:3: {message} name" in str(refused.value)
    site.write_text(text % ", rollups_by: server")
    assert set(load(site).site.outputs) == {"influxdb", "influxdb-1m"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rollups": {"7m": "90d"}}, "a day a multiple of it, unlike 7m"),
        ({"rollups": {"5s": "90d"}}, "at least 10s long"),
        ({"rollups": {"1h": "30m"}}, "kept for longer than 1h"),
        ({"rollups": {"1m": 90}}, "a duration needs a unit"),
        ({"rollups": {"minute": "90d"}}, "'minute' is not a duration"),
        ({"rollup_bucket": "all"}, "pattern"),
        ({"rollup_bucket": "{name}_{window}"}, "pattern"),
        ({"rollups_by": "me"}, "'agent' or 'server'"),
    ],
)
def test_rollups_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    """With words that say why."""
    with pytest.raises(ValidationError, match=message):
        InfluxdbSettings.model_validate({"url": "http://localhost", "bucket": "b"} | settings)


@pytest.mark.parametrize(("auth", "sent"), [("token", "Token s3cret"), ("bearer", "Bearer s3cret")])
def test_the_token_is_sent_as_the_server_or_its_proxy_wants_it(
    auth: str, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 2 knows one form, version 3 both, proxies often the other one."""
    monkeypatch.setenv("INFLUX_TOKEN", "s3cret")
    with talking(lambda _: Reply(204), token={"env": "INFLUX_TOKEN"}, auth=auth) as (output, server):
        assert output.send(LINE).action is Action.ACCEPTED
        assert server.requests[0].headers["Authorization"] == sent


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_bodies_are_compressed_on_request(api: str) -> None:
    """The same lines, in a third of the bytes or less, through both doors."""
    body = b"\n".join(b"m,device=d%d v=%d.0,quality=0i 1795003200000" % (number % 7, number) for number in range(500))
    with talking(lambda _: Reply(204), api=api, gzip=True) as (output, server):
        assert output.send(body).action is Action.ACCEPTED
        (request,) = server.requests
    assert request.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(request.body) == body
    assert len(request.body) < len(body) / 3


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for 127.0.0.1, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    subprocess.run([*new, "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_server_with_a_certificate_of_ones_own_is_trusted_by_its_file_only(certificate: Path, api: str) -> None:
    """Without the file nothing leaves the house, not even the token."""
    with serving(lambda _: Reply(204), certificate) as server:
        settings = {"url": server.url, "bucket": "b", "api": api}
        trusting = InfluxdbOutput(
            "influxdb", InfluxdbSettings.model_validate(settings | {"ca_file": certificate.with_suffix(".crt")})
        )
        assert trusting.send(LINE) == Verdict(Action.ACCEPTED)
        trusting.close()
        wary = InfluxdbOutput("influxdb", InfluxdbSettings.model_validate(settings))
        verdict = wary.send(LINE)
        wary.close()
        assert len(server.requests) == 1
    assert server.url.startswith("https://")
    assert verdict.action is Action.AGAIN
    assert "certificate verify failed" in verdict.reason


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), ("no certificate", "holds no certificates")])
def test_a_file_of_certificates_that_cannot_be_used_is_said_at_start(
    tmp_path: Path, content: str | None, words: str
) -> None:
    """Its path is in the message."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    settings = InfluxdbSettings.model_validate({"url": "https://localhost", "bucket": "b", "ca_file": path})
    with pytest.raises(SettingsError, match=rf"{path} .*{words}"):
        InfluxdbOutput("influxdb", settings)


def test_knowing_the_output_does_not_load_the_client_library() -> None:
    """`check` and `--help` do not pay a quarter of a second for it."""
    program = "import sys, rtu_agent.output.influxdb; sys.exit('influxdb_client' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
