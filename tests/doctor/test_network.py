"""Addresses are looked at with patience for seconds, and a running agent is not disturbed."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bcrypt
import pytest
from prometheus_client import CollectorRegistry

from rtu_agent.app.web import certificate_of
from rtu_agent.config.web import WebEntry
from rtu_agent.doctor import gateways, listening, secret_places
from rtu_agent.doctor.deadline import NoAnswerError, within
from rtu_agent.doctor.finding import Severity
from rtu_agent.telemetry.findings import Finding as Health
from rtu_agent.telemetry.http import serve
from rtu_agent.telemetry.http_app import make_app
from rtu_agent.telemetry.passwords import Passwords, guarded
from support.cases import case
from support.certificates import make_certificate
from support.holding import holding
from support.scripted_http import Reply, serving
from support.servers import free_port


@contextmanager
def an_agent(web: WebEntry | None = None) -> Iterator[str]:
    """Serve what an agent serves; yield the address."""
    healthy = Health(ok=True, details={"loop_silent_s": 0.2})
    app = make_app(CollectorRegistry(), lambda: healthy, lambda: healthy)
    if web is not None:
        app = guarded(app, Passwords(web.basic_auth_users))
    server = serve("127.0.0.1:0", app, certificate_of(web or WebEntry()))
    try:
        yield server.address
    finally:
        server.stop()


def test_an_address_is_free_the_agents_or_somebody_elses(tmp_path: Path) -> None:
    """A port that is free is well, and so is an agent; others are in its way."""
    with an_agent() as address:
        assert "the agent runs" in listening.judge(listening.look(address)).says
    with serving(lambda _: Reply(200, "hello")) as server:
        taken = server.url.removeprefix("http://")
        found = listening.judge(listening.look(taken))
        assert (found.severity, found.says) == (Severity.PROBLEM, f"another program listens on {taken}")
        assert f"sport = :{taken.rpartition(':')[2]}" in found.mend
    free = f"127.0.0.1:{free_port()}"
    (found,) = listening.examine(case(tmp_path, {"b": "/dev/ttyUSB0"}, http={"listen": free}))
    assert (found.severity, found.says) == (Severity.OK, f"{free} is free; the agent does not run")


def test_an_agent_that_asks_for_a_password_under_tls_is_one(tmp_path: Path) -> None:
    """Nobody has to know the password, or to trust the certificate, for that; a key for all eyes is told."""
    make_certificate(tmp_path, "agent")
    (tmp_path / "agent.key").chmod(0o600)
    hashed = bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()
    tls = {"cert_file": "agent.crt", "key_file": "agent.key"}
    (tmp_path / "web.yml").write_text(json.dumps({"tls_server_config": tls, "basic_auth_users": {"alice": hashed}}))
    http = {"listen": "127.0.0.1:1", "web_config": "web.yml"}
    web = case(tmp_path, {"b": "/dev/ttyUSB0"}, http=http).loaded.site.http.web
    with an_agent(web) as address:
        examined = case(tmp_path, {"b": "/dev/ttyUSB0"}, http={**http, "listen": address})
        (who,) = listening.examine(examined)
        (key,) = secret_places.examine(examined)

    assert "the agent runs and answers" in who.says
    assert key.severity is Severity.OK


@pytest.mark.parametrize("listen", ["0.0.0.0:{}", "localhost:{}"])
def test_an_agent_that_listens_everywhere_is_found_here(listen: str) -> None:
    """It is asked at the loopback address."""
    with an_agent() as address:
        assert listening.look(listen.format(address.rpartition(":")[2])).who == "the agent"


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    """192.0.2.0/24 is nobody's (RFC 5737); a name that is not known is no address either."""
    address = listening.Address("192.0.2.1:9485", "nobody", is_here=False)

    assert listening.judge(address).severity is Severity.PROBLEM
    assert not listening.look("name.invalid:0").is_here
    assert listening.look("[::1]:0").who == "nobody"


def test_a_gateway_is_called_and_told_nothing(tmp_path: Path) -> None:
    """One that is off is a problem in the words of the agent's log."""
    with socket.create_server(("127.0.0.1", 0)) as gateway:
        port = gateway.getsockname()[1]
        ports = {"a": f"rtu+tcp://127.0.0.1:{port}", "b": f"tcp://127.0.0.1:{free_port()}", "c": "/dev/ttyUSB0"}
        there, off = gateways.examine(case(tmp_path, ports, http={"listen": "127.0.0.1:0"}))
        connection, _ = gateway.accept()
        with connection:
            assert connection.recv(100) == b""

    assert (there.about, there.severity) == ("a", Severity.OK)
    assert (off.about, off.severity) == ("b", Severity.PROBLEM)
    assert "has nobody listening" in off.says


def test_no_gateway_is_called_while_the_agent_runs(tmp_path: Path) -> None:
    """Many serve one client, and it would be turned out."""
    with an_agent() as address, socket.create_server(("127.0.0.1", 0)) as gateway:
        gateway.settimeout(0)
        ports = {"a": f"rtu+tcp://127.0.0.1:{gateway.getsockname()[1]}"}
        (found,) = gateways.examine(case(tmp_path, ports, http={"listen": address}))
        with pytest.raises(BlockingIOError):
            gateway.accept()

    assert found.severity is Severity.OK
    assert "left alone" in found.says
    assert list(gateways.examine(case(tmp_path, {"c": "/dev/ttyUSB0"}))) == []


def test_an_agent_that_listens_elsewhere_is_known_by_its_state(tmp_path: Path) -> None:
    """Its port may be a free one, or another one than the file says by now."""
    ports = {"a": f"rtu+tcp://127.0.0.1:{free_port()}"}
    examined = case(tmp_path, ports, http={"listen": "127.0.0.1:0"})
    with holding(examined.loaded.site.state) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        (found,) = gateways.examine(examined)
        (who,) = listening.examine(examined)
        agent.kill()
    (off,) = gateways.examine(examined)

    assert "left alone" in found.says
    assert who.says == "127.0.0.1:0 is free; the agent runs, and listens elsewhere"
    assert off.severity is Severity.PROBLEM


def test_whoever_hangs_is_left_behind() -> None:
    """The others have answered, or said what is wrong."""
    hanging = threading.Event()

    def fail() -> str:
        raise ValueError("no")

    answers = within(0.05, {"quick": lambda: "yes", "wrong": fail, "never": lambda: str(hanging.wait(20.0))})

    hanging.set()
    assert answers["quick"] == "yes"
    assert str(answers["wrong"]) == "no"
    assert isinstance(answers["never"], NoAnswerError)
