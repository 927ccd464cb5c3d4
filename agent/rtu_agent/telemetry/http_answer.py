"""One answer over HTTP, and how JSON becomes one."""

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from wsgiref.types import WSGIEnvironment

Headers = tuple[tuple[str, str], ...]

TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
JSON: Final = ("Content-Type", "application/json")
NOT_MODIFIED: Final = "304 Not Modified"
SMALL: Final = 1400
"""Bytes that fit into one packet; less is not compressed."""
_LEVEL: Final = 5
_IN_A_ROW: Final = 20
"""Items that are written before others get the processor."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status line, headers, body."""

    status: str
    body: bytes
    headers: Headers = (TEXT,)


Page = Callable[[WSGIEnvironment], Answer]


@dataclass(frozen=True, slots=True)
class Document:
    """A body that is ready to be sent, plain and compressed."""

    plain: bytes
    compressed: bytes

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Return it in the form that the client takes."""
        vary = ("Vary", "Accept-Encoding")
        if self.compressed and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return Answer("200 OK", self.compressed, (JSON, vary, ("Content-Encoding", "gzip")))
        return Answer("200 OK", self.plain, (JSON, vary))


def document(content: Mapping[str, Any]) -> Document:
    """Write JSON. A list or iterator in it is written item by item, and others get the processor in between."""
    body = b"{" + b",".join(_dumped(key) + b":" + _member(value) for key, value in content.items()) + b"}\n"
    return Document(body, gzip.compress(body, _LEVEL, mtime=0) if len(body) > SMALL else b"")


def _member(value: Any) -> bytes:
    if not isinstance(value, list | Iterator):
        return _dumped(value)
    items = []
    for number, item in enumerate(value, 1):
        items.append(_dumped(item))
        if not number % _IN_A_ROW:
            time.sleep(0)
    return b"[" + b",".join(items) + b"]"


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
