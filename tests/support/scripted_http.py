"""An HTTP server that answers as it is told: statuses, bodies, headers, pauses, and connections that end in silence."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True)
class Reply:
    """What it is told; `silent` ends the connection without a word, `pause` is waited for before the answer."""

    status: int = 204
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    pause: threading.Event | None = None


Script = Callable[[Request], Reply]


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing about clients that go away: the tests kill them."""


def _secured(http: ThreadingHTTPServer, certificate: Path | None) -> str:
    """Let the server speak TLS if there is a certificate; return the scheme of its address."""
    if certificate is None:
        return "http"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    return "https"


class ScriptedServer:
    """Runs in threads of its own on a free port; remembers every request."""

    def __init__(self, script: Script, certificate: Path | None = None) -> None:
        self.script = script
        self.requests: list[Request] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:  # the client died in the middle of it
                    self.close_connection = True
                    return
                query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
                request = Request(parts.path, query, self.headers, body, self.command)
                server.requests.append(request)
                self._reply(server.script(request))

            do_GET = do_PATCH = do_POST  # noqa: N815 - the names of the base class

            def _reply(self, reply: Reply) -> None:
                if reply.pause is not None:
                    reply.pause.wait(20.0)
                if reply.silent:
                    self.close_connection = True
                    return
                content = reply.text.encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if reply.status != 204:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._scheme = _secured(self._http, certificate)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"{self._scheme}://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no longer."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextmanager
def serving(script: Script, certificate: Path | None = None) -> Iterator[ScriptedServer]:
    """A server that answers by `script`, over TLS with the certificate and the key in a file."""
    server = ScriptedServer(script, certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()
