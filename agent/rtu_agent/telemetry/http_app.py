"""What the agent answers over HTTP: metrics, health, and the pages it is given. It can be read, and nothing else."""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from rtu_agent.telemetry.findings import Finding
from rtu_agent.telemetry.http_answer import JSON, NOT_MODIFIED, TEXT, Answer, Headers, Page
from rtu_agent.telemetry.shared import Shared

_logger: Final = logging.getLogger(__name__)

_METHODS: Final = ("GET", "HEAD")
_ON_EVERY_ANSWER: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_PLAIN: Final = "text/plain"
_OPENMETRICS: Final = "application/openmetrics-text"
_ACCEPTS_OPENMETRICS: Final = re.compile(rf"{_OPENMETRICS}(?![^,]*version=(?!1\.))")
"""In the header of a client: no version that is not the first. What else it may say changes nothing."""


Check = Callable[[], Finding]


def make_app(
    registry: CollectorRegistry, healthy: Check, ready: Check, pages: Mapping[str, Page] | None = None
) -> WSGIApplication:
    """Return the application. Everything is called in the server's threads; the checks must be quick.

    Args:
        registry: what `/metrics` shows.
        healthy: whether the agent runs as it should, so that a restart would not help it.
        ready: whether it has begun its work. Either is served as JSON, with status 200 when it is ok, else with 503.
        pages: what else there is, by path; a path that ends in `/`, but for `/` itself, is for all below it.
    """
    known: dict[str, Page] = {
        **(pages or {}),
        "/metrics": _metrics_page(registry),
        "/healthz": _check_page(healthy),
        "/readyz": _check_page(ready),
    }

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = _answer(known, environ)
        headers = {**_ON_EVERY_ANSWER, **dict(answer.headers)}
        if answer.status != NOT_MODIFIED:
            headers["Content-Length"] = str(len(answer.body))
        start_response(answer.status, [*headers.items()])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    return app


def _answer(pages: Mapping[str, Page], environ: WSGIEnvironment) -> Answer:
    path = environ["PATH_INFO"]
    page = pages.get(path) or pages.get(f"{path.rpartition('/')[0]}/" if path.count("/") > 1 else path)
    if _is_misled(environ):
        return Answer("421 Misdirected Request", b"This is a local address; ask for it as localhost.\n")
    if page is None:
        return Answer("404 Not Found", f"There is {', '.join(sorted(pages))}.\n".encode())
    if environ["REQUEST_METHOD"] not in _METHODS:
        return Answer("405 Method Not Allowed", b"It can only be read.\n", (TEXT, ("Allow", ", ".join(_METHODS))))
    try:
        return page(environ)
    except Exception:  # whatever a check raises, its page must not look healthy and the server must go on
        _logger.exception("cannot answer")
        return Answer("500 Internal Server Error", b"The log says why.\n")


def _metrics_page(registry: CollectorRegistry) -> Page:
    """There are four forms of them, however clients ask; each is made once for all who ask for it."""
    metrics: WSGIApplication = make_wsgi_app(registry)
    forms = {
        (accept, encoding): Shared(partial(_scrape, metrics, accept, encoding))
        for accept in (_PLAIN, _OPENMETRICS)
        for encoding in ("", "gzip")
    }

    def page(environ: WSGIEnvironment) -> Answer:
        accept = _OPENMETRICS if _ACCEPTS_OPENMETRICS.search(environ.get("HTTP_ACCEPT", "")) else _PLAIN
        encoding = "gzip" if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else ""
        return forms[accept, encoding]()

    return page


def _scrape(metrics: WSGIApplication, accept: str, encoding: str) -> Answer:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "", "HTTP_ACCEPT": accept, "HTTP_ACCEPT_ENCODING": encoding}
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        started.append((status, tuple(headers)))
        return len

    body = b"".join(metrics(environ, start_response))
    status, headers = started[0]
    return Answer(status, body, headers)


def _check_page(check: Check) -> Page:
    def page(_: WSGIEnvironment) -> Answer:
        finding = check()
        body = {"status": "ok" if finding.ok else "failing", **finding.details}
        status = "200 OK" if finding.ok else "503 Service Unavailable"
        return Answer(status, json.dumps(body).encode() + b"\n", (JSON,))

    return page


def _is_misled(environ: WSGIEnvironment) -> bool:
    """Return whether a browser was led to a loopback address by a foreign name (DNS rebinding)."""
    host = environ.get("HTTP_HOST")
    return host is not None and _is_loopback(environ["SERVER_NAME"]) and not _is_local(host)


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(name: str | None) -> bool:
    try:
        return ip_address(name or "").is_loopback
    except ValueError:
        return False
