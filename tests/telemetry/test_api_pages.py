"""The API through the application: paths, compression, and who is not there."""

import gzip
import json
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from prometheus_client import CollectorRegistry

from rtu_agent.telemetry.api import ConfigState
from rtu_agent.telemetry.api_pages import api_pages
from rtu_agent.telemetry.findings import Finding
from rtu_agent.telemetry.http_app import make_app
from support.shown_site import SITE, START, ShownSite

CONFIG = {"version": 1, "site": "plant-a"}


class Asked:
    """The application of the shown site."""

    def __init__(self) -> None:
        self.site = ShownSite().some_time()
        pages = api_pages(self.site.board, lambda: SITE.buses, "0.1.0", lambda: ConfigState(START), lambda: CONFIG)
        self.app = make_app(CollectorRegistry(), lambda: Finding(ok=True), lambda: Finding(ok=True), pages)

    def ask(self, path: str, query: str = "", **environ: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body; the standard's validator listens in."""
        request: dict[str, Any] = {"SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, **environ}
        setup_testing_defaults(request)
        request |= {"SERVER_NAME": "127.0.0.1", "HTTP_HOST": "127.0.0.1:9485"}
        started: list[tuple[str, list[tuple[str, str]]]] = []
        answer: Any = validator(self.app)(request, lambda status, headers, *_: started.append((status, headers)))
        body = b"".join(answer)
        answer.close()
        [(status, headers)] = started
        return int(status[:3]), dict(headers), body

    def json(self, path: str, query: str = "") -> Any:
        """Return what a page says that is there."""
        status, headers, body = self.ask(path, query)
        assert (status, headers["Content-Type"]) == (200, "application/json")
        return json.loads(body)


@pytest.fixture
def asked() -> Asked:
    """The application."""
    return Asked()


def test_lists_and_single_ones_agree_with_the_status(asked: Asked) -> None:
    """There is one truth."""
    status = asked.json("/api/v1/status")

    assert asked.json("/api/v1/buses") == {"buses": status["buses"]}
    assert asked.json("/api/v1/devices") == {"devices": status["devices"]}
    assert asked.json("/api/v1/buses/hall") == {**status["buses"][0], "devices": status["devices"]}
    office = asked.json("/api/v1/devices/office")
    assert office.items() >= status["devices"][0].items()
    assert len(office["points"]) == 2


def test_devices_of_one_bus(asked: Asked) -> None:
    """Everything else is there all the same."""
    status = asked.json("/api/v1/status")

    assert asked.json("/api/v1/status", "bus=hall") == status


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/api/v1/devices/nobody", "", "there is no device 'nobody'"),
        ("/api/v1/devices/", "", "there is no device ''"),
        ("/api/v1/buses/nowhere", "", "there is no bus 'nowhere'"),
        ("/api/v1/status", "bus=nowhere", "there is no bus 'nowhere'"),
        ("/api/v1/devices/<img src=x>", "", "there is no device '<img src=x>'"),
    ],
)
def test_who_is_not_there_is_not_found(asked: Asked, path: str, query: str, said: str) -> None:
    """As JSON, which no browser takes for a page."""
    status, headers, body = asked.ask(path, query)

    assert (status, headers["Content-Type"], json.loads(body)) == (404, "application/json", {"error": said})


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v2/status", "/api/v1/status/x", "/api/v1/devices/a/b"])
def test_there_is_nothing_else(asked: Asked, path: str) -> None:
    """What there is, is said."""
    status, _, body = asked.ask(path)

    assert status == 404
    assert b"/api/v1/status" in body


def test_a_long_answer_is_compressed_for_who_takes_that(asked: Asked) -> None:
    """A short one is not."""
    _, headers, body = asked.ask("/api/v1/status", HTTP_ACCEPT_ENCODING="gzip, br")
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert json.loads(gzip.decompress(body)) == asked.json("/api/v1/status")

    _, headers, body = asked.ask("/api/v1/config", HTTP_ACCEPT_ENCODING="gzip, br")
    assert "Content-Encoding" not in headers
    assert json.loads(body) == CONFIG


def test_a_page_of_elsewhere_can_do_nothing_with_it(asked: Asked) -> None:
    """No script but our own runs here, and nobody frames it or is told where a reader came from."""
    _, headers, _ = asked.ask("/api/v1/status")

    assert headers["Content-Security-Policy"].split("; ") == [
        "default-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ]  # fmt: skip
    assert "Access-Control-Allow-Origin" not in headers
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")


def test_what_changed_is_seen(asked: Asked) -> None:
    """Sharing an answer does not freeze it."""
    before = asked.json("/api/v1/status")["devices"][0]["polls"]["good"]
    asked.site.polled("office", (25.0, 50.0))
    for _ in range(1000):
        if (after := asked.json("/api/v1/status")["devices"][0]["polls"]["good"]) != before:
            break

    assert after == before + 1
