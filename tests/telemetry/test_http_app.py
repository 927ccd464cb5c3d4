"""What is answered over HTTP, asked of the application itself and through a real server."""

import json
import logging
import socket
import time
import urllib.request
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from prometheus_client import CollectorRegistry, Metric

from rtu_agent.clock import HandClock
from rtu_agent.telemetry.findings import Finding
from rtu_agent.telemetry.http import serve
from rtu_agent.telemetry.http_app import make_app
from rtu_agent.telemetry.metrics import Metrics
from support.made_up import ROSTER, polled
from support.servers import StartPrometheus


class Site:
    """The application with findings that a test can set."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry, ROSTER, HandClock())
        self.healthy = Finding(ok=True)
        self.ready = Finding(ok=True)
        self.app = make_app(self.registry, lambda: self.healthy, lambda: self.ready)

    def ask(self, path: str, method: str = "GET", **environ: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer; the standard's validator listens in."""
        request: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "REQUEST_METHOD": method,
            "QUERY_STRING": "",
            **environ,
        }
        setup_testing_defaults(request)
        request |= {"SERVER_NAME": "127.0.0.1", "HTTP_HOST": "127.0.0.1:9485", **environ}
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            started.append((status, headers))

        answer: Any = validator(self.app)(request, start_response)
        body = b"".join(answer)
        answer.close()
        [(status, headers)] = started
        return int(status[:3]), dict(headers), body


@pytest.fixture
def site() -> Site:
    """A site where all is well."""
    return Site()


def test_the_metrics_are_served(site: Site) -> None:
    """As text that Prometheus reads, with what has happened so far."""
    site.metrics(polled())
    status, headers, body = site.ask("/metrics")

    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert b'rtu_agent_polls_good_total{bus="floor1"} 1.0' in body


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain; version=0.0.4"),
        ("*/*", "text/plain; version=0.0.4"),
        ("text/plain;version=abc", "text/plain; version=0.0.4"),
        ("text/html,text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=0.0.4"),
        ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0"),
        ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5", "text/plain; version=0.0.4"),
        (
            "application/openmetrics-text;version=0.0.1;q=0.75,application/openmetrics-text;version=1.0.0,*/*;q=0.1",
            "application/openmetrics-text; version=1.0.0",
        ),
    ],
)
def test_the_metrics_have_two_forms(site: Site, accept: str, kind: str) -> None:
    """Whatever a client says that it accepts, also rubbish; either form comes compressed, too."""
    status, headers, _ = site.ask("/metrics", HTTP_ACCEPT=accept)
    assert (status, ";".join(headers["Content-Type"].split(";")[:2])) == (200, kind)

    _, headers, body = site.ask("/metrics", HTTP_ACCEPT=accept, HTTP_ACCEPT_ENCODING="gzip, br")
    assert (headers["Content-Encoding"], body[:2]) == ("gzip", b"\x1f\x8b")


class Slow:
    """Metrics that take the processor for a while; says how often they were made."""

    def __init__(self) -> None:
        self.made = 0

    def describe(self) -> list[Metric]:
        """Return no names."""
        return []

    def collect(self) -> list[Metric]:
        """Work for 20 ms."""
        self.made += 1
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        return []


def test_asking_otherwise_costs_no_more(site: Site) -> None:
    """The metrics are made in four forms, not in as many as clients can think of."""
    slow = Slow()
    site.registry.register(slow)
    for number in range(40):
        site.ask("/metrics", QUERY_STRING=f"x={number}", HTTP_ACCEPT=f"text/plain;q=0.{number}")

    assert slow.made < 20


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_finding_is_a_status_and_json(site: Site, path: str) -> None:
    """A supervisor reads the status, a person the rest."""
    assert (site.ask(path)[0], json.loads(site.ask(path)[2])) == (200, {"status": "ok"})

    site.healthy = site.ready = Finding(ok=False, details={"stuck": ["floor1"]})
    status, headers, body = site.ask(path)
    assert (status, headers["Content-Type"]) == (503, "application/json")
    assert json.loads(body) == {"status": "failing", "stuck": ["floor1"]}


def test_health_and_readiness_are_two_things(site: Site) -> None:
    """A restart does not plug in a cable."""
    site.ready = Finding(ok=False)

    assert (site.ask("/healthz")[0], site.ask("/readyz")[0]) == (200, 503)


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_head_is_get_without_the_body(site: Site, path: str) -> None:
    """The length is that of the page that was not sent."""
    _, get_headers, get_body = site.ask(path)

    assert site.ask(path, "HEAD") == (200, get_headers, b"")
    assert get_headers["Content-Length"] == str(len(get_body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_can_only_be_read(site: Site, method: str) -> None:
    """And says how."""
    status, headers, _ = site.ask("/metrics", method, CONTENT_LENGTH="0")

    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metricsx", "/../etc/passwd", "/favicon.ico"])
def test_there_is_nothing_else(site: Site, path: str) -> None:
    """What there is, it says."""
    status, _, body = site.ask(path)

    assert (status, body) == (404, b"There is /healthz, /metrics, /readyz.\n")


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/nothing"])
def test_a_browser_neither_keeps_nor_guesses(site: Site, path: str) -> None:
    """Every answer says so."""
    _, headers, _ = site.ask(path)

    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("host", ["localhost:9485", "127.0.0.1", "[::1]:9485", "LOCALHOST"])
def test_a_local_address_is_asked_for_by_its_names(site: Site, host: str) -> None:
    """All the ways in which a person on the machine writes it."""
    assert site.ask("/metrics", HTTP_HOST=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:9485", "[", ""])
def test_a_web_page_cannot_read_it_through_a_foreign_name(site: Site, host: str) -> None:
    """A name of an attacker that points to 127.0.0.1 gets nothing (DNS rebinding)."""
    status, _, body = site.ask("/metrics", HTTP_HOST=host)

    assert status == 421
    assert b"rtu_agent" not in body


def test_an_address_of_the_network_may_have_any_name(site: Site) -> None:
    """Who listens for others is known to them by a name that we do not know."""
    assert site.ask("/metrics", SERVER_NAME="10.0.0.5", HTTP_HOST="agent.plant-a.example")[0] == 200


def test_a_check_that_raises_is_not_healthy(caplog: pytest.LogCaptureFixture) -> None:
    """It is our mistake: the client gets no details, the log does, and the next request is answered."""

    def broken() -> Finding:
        raise ValueError("boom")

    site = Site()
    site.app = make_app(site.registry, broken, lambda: site.ready)
    with caplog.at_level(logging.ERROR):
        status, _, body = site.ask("/healthz")

    assert (status, body) == (500, b"The log says why.\n")
    assert "ValueError: boom" in caplog.text
    assert site.ask("/readyz")[0] == 200


def test_it_is_served_to_a_real_client(site: Site) -> None:
    """Compressed if asked for, and HEAD sends no body on the wire either."""
    server = serve("127.0.0.1:0", site.app)
    try:
        request = urllib.request.Request(f"http://{server.address}/metrics", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.read()[:2] == b"\x1f\x8b"
        host, _, port = server.address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5) as client:
            client.sendall(b"HEAD /healthz HTTP/1.0\r\n\r\n")
            wire = client.makefile("rb").read()
        assert wire.startswith(b"HTTP/1.0 200 OK\r\n")
        assert wire.endswith(b"\r\n\r\n")
    finally:
        server.stop()


@pytest.mark.server
def test_prometheus_scrapes_it(site: Site, prometheus: StartPrometheus) -> None:
    """The real one, over the real server."""
    site.metrics(polled())
    server = serve("127.0.0.1:0", site.app)
    try:
        running = prometheus({"rtu-agent": [server.address]})
        deadline = time.monotonic() + 10
        while not (up := running.query("rtu_agent_device_up == 1")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [sample["metric"]["device"] for sample in up] == ["main-meter"]
        assert running.healthy_targets() == {server.address}
    finally:
        server.stop()
