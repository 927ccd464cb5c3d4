"""What the agent answers over HTTP: `/metrics`, `/healthz`, `/readyz`. It can be read, and nothing else."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

_logger: Final = logging.getLogger(__name__)

_METHODS: Final = ("GET", "HEAD")
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
_ON_EVERY_ANSWER: Final = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to `is it healthy?` or `is it ready?`."""

    ok: bool
    details: Mapping[str, object] = field(default_factory=dict)
    """What else there is to say; anything that JSON can write."""


Check = Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = (_TEXT,)


_Page = Callable[[WSGIEnvironment], _Answer]


def make_app(registry: CollectorRegistry, healthy: Check, ready: Check) -> WSGIApplication:
    """Return the application. The checks are called in the server's threads and must be quick.

    `healthy` says whether the agent runs as it should (a restart would not help it), `ready` whether it has begun its
    work. Either is served as JSON, with status 200 when it is ok and 503 when it is not.
    """
    pages = {"/metrics": _metrics_page(registry), "/healthz": _check_page(healthy), "/readyz": _check_page(ready)}

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = _answer(pages, environ)
        length = ("Content-Length", str(len(answer.body)))
        start_response(answer.status, [*answer.headers, length, *_ON_EVERY_ANSWER])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    return app


def _answer(pages: Mapping[str, _Page], environ: WSGIEnvironment) -> _Answer:
    page = pages.get(environ["PATH_INFO"])
    if _is_misled(environ):
        return _Answer("421 Misdirected Request", b"This is a local address; ask for it as localhost.\n")
    if page is None:
        return _Answer("404 Not Found", f"There is {', '.join(pages)}.\n".encode())
    if environ["REQUEST_METHOD"] not in _METHODS:
        return _Answer("405 Method Not Allowed", b"It can only be read.\n", (_TEXT, ("Allow", ", ".join(_METHODS))))
    try:
        return page(environ)
    except Exception:  # whatever a check raises, its page must not look healthy and the server must go on
        _logger.exception("cannot answer")
        return _Answer("500 Internal Server Error", b"The log says why.\n")


def _metrics_page(registry: CollectorRegistry) -> _Page:
    metrics: WSGIApplication = make_wsgi_app(registry)

    def page(environ: WSGIEnvironment) -> _Answer:
        started: list[tuple[str, tuple[tuple[str, str], ...]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            started.append((status, tuple(headers)))
            return len

        body = b"".join(metrics({**environ, "REQUEST_METHOD": "GET"}, start_response))
        status, headers = started[0]
        return _Answer(status, body, headers)

    return page


def _check_page(check: Check) -> _Page:
    def page(_: WSGIEnvironment) -> _Answer:
        finding = check()
        body = {"status": "ok" if finding.ok else "failing", **finding.details}
        status = "200 OK" if finding.ok else "503 Service Unavailable"
        return _Answer(status, json.dumps(body).encode() + b"\n", (("Content-Type", "application/json"),))

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
