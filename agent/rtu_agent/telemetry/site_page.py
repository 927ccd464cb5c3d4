"""The status page: a few files of this package, which ask the API for everything that they show.

They need nothing from elsewhere, and the content security policy of every answer lets them have nothing from elsewhere.
"""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Final
from wsgiref.types import WSGIEnvironment

from rtu_agent.telemetry.http_answer import NOT_MODIFIED, Answer, Headers, Page

_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_INDEX: Final = "index.html"


def site_pages() -> dict[str, Page]:
    """Return every file of the page by its path; `/` is the page itself."""
    folder = files("rtu_agent.telemetry") / "page"
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.rpartition(".")[2] in _TYPES}
    return {"/" if name == _INDEX else f"/{name}": _file(name, body) for name, body in found.items()}


def _file(name: str, body: bytes) -> Page:
    """A browser keeps it, and asks each time whether it is still the same: after an update it is another one."""
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    kind = ("Content-Type", _TYPES[name.rpartition(".")[2]])
    return partial(_answer, body, tag, (kind, ("ETag", tag), ("Cache-Control", "no-cache")))


def _answer(body: bytes, tag: str, headers: Headers, environ: WSGIEnvironment) -> Answer:
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(NOT_MODIFIED, b"", headers[1:])  # there is no content whose type could be told
    return Answer("200 OK", body, headers)
