"""The agent's HTTP server: its own threads, loopback unless told otherwise.

Nothing in here runs in the event loop. A client gets a thread, ten seconds for each read and write, and thirty for
everything; when all threads are taken the oldest connection gives way, so that clients who never finish cannot keep
Prometheus out. There are never more threads than that, and the head of a request is short.
"""

import errno
import http.client
import io
import logging
import os
import socket
import socketserver
import sys
import threading
import time
from collections import OrderedDict
from typing import Any, Final, TextIO
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

from rtu_agent.telemetry.tls import Certificate

CONNECTIONS: Final = 32
"""Clients served at the same time."""

PATIENCE_S: Final = 10.0
"""How long a client may take for one read or write, seconds."""

LIFETIME_S: Final = 30.0
"""How long a connection may last altogether: who sends a byte now and then is hung up on."""

HEAD_BYTES: Final = 16 * 1024
"""Request line and headers, together; no client of ours needs a tenth of it."""

HANDOVER_S: Final = 0.0005
"""How long a thread of ours may compute while the event loop wants to: a tenth of what Python allows by itself."""

_PLACE_S: Final = 1.0
"""How long a new client waits for a thread whose client was hung up on, and that is still at work."""

_logger: Final = logging.getLogger(__name__)


class ListenError(Exception):
    """The address cannot be listened on; the message says which and what to do."""


class AddressTakenError(ListenError):
    """Another program listens there."""


class HttpServer:
    """A running server; made by `serve`."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        sys.setswitchinterval(min(sys.getswitchinterval(), HANDOVER_S))
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="http", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`; the port is the real one if 0 was asked for."""
        host, port = self._server.server_address[:2]
        return f"[{host!s}]:{port}" if ":" in str(host) else f"{host!s}:{port}"

    def stop(self) -> None:
        """Stop listening and close every connection; returns when the server's thread has ended."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve(listen: str, app: WSGIApplication, certificate: Certificate | None = None) -> HttpServer:
    """Serve `app` at `listen`, written `host:port` or `[ipv6]:port`; port 0 takes any free one.

    With a certificate it is served under TLS.

    Raises:
        AddressTakenError: another program listens there.
        ListenError: the address is malformed, unknown to this machine or not permitted.
    """
    host, port = _split(listen)
    try:
        server = _Server(host, port, app, certificate)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressTakenError(
                f"http: {listen} is taken by another program; stop it or set another address in http: {{listen: …}}"
            ) from error
        raise ListenError(f"http: cannot listen on {listen}: {error.strerror or error}") from error
    return HttpServer(server)


def _split(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 0xFFFF:  # noqa: PLR2004 - 16 bits
        raise ListenError(f"http: {listen!r} is not an address; write host:port, for example 127.0.0.1:9485")
    return host.removeprefix("[").removesuffix("]"), int(port)


class _Head(io.BufferedIOBase):
    """What a client sends, up to the end of the head; bodies are not read at all."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        self._inner = inner
        self._left = HEAD_BYTES

    def readline(self, limit: int | None = -1, /) -> bytes:  # noqa: ARG002 - ours is lower than any that is asked for
        """Return the next line.

        Raises:
            LineTooLong: the head is longer than it may be.
        """
        line = self._inner.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise http.client.LineTooLong("head")
        return line

    def close(self) -> None:
        """Close what it reads from."""
        self._inner.close()
        super().close()


class _Handler(WSGIRequestHandler):
    """One request. Says nothing: the application reports its own failures, and a client's are its own affair."""

    timeout = PATIENCE_S
    server_version = "rtu-agent"
    sys_version = ""
    command = requestline = ""  # a head that is too long may end before there are any
    request_version = "HTTP/1.0"

    def setup(self) -> None:
        """Read no more than a head."""
        super().setup()
        self.rfile = _Head(self.rfile)

    def handle(self) -> None:
        """Answer, if the request has an end."""
        try:
            super().handle()
        except http.client.LineTooLong:
            self.send_error(431)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep no access log."""

    def get_stderr(self) -> TextIO:
        """Return where the library prints the traceback of a client that went away."""
        return io.StringIO()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 4 * CONNECTIONS  # the usual five make a burst of clients wait for seconds
    # Elsewhere than on POSIX the option would let two programs listen on one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, host: str, port: int, app: WSGIApplication, certificate: Certificate | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._certificate = certificate
        self._open: OrderedDict[socket.socket, float] = OrderedDict()
        """Since when, on the monotonic clock."""
        self._open_lock = threading.Lock()
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((host, port), _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, as the library does; that can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take the next client; under TLS its thread does the handshake, so that nobody waits for it here."""
        connection, address = super().get_request()
        return (connection if self._certificate is None else self._certificate.wrap(connection)), address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the client a thread; the oldest client goes if there are too many."""
        with self._open_lock:
            self._open[request] = time.monotonic()
            oldest = self._open.popitem(last=False)[0] if len(self._open) > CONNECTIONS else None
        if oldest is not None:
            _hang_up(oldest)
        if not self._places.acquire(timeout=_PLACE_S):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve the client, then give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def service_actions(self) -> None:
        """Hang up on who takes too long altogether; called between two clients, and several times a second."""
        overdue = time.monotonic() - LIFETIME_S
        with self._open_lock:
            late = [client for client, since in self._open.items() if since < overdue]
        for client in late:
            _hang_up(client)

    def shutdown_request(self, request: Any) -> None:
        """Forget a client that is done."""
        with self._open_lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the listening socket and every client's."""
        super().server_close()
        with self._open_lock:
            clients = list(self._open)
        for client in clients:
            _hang_up(client)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's signature
        """Say what went wrong, unless it was only the client."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _logger.error("request failed", exc_info=error)


def _hang_up(client: socket.socket) -> None:
    """End both directions, which wakes the thread that waits for this client; that thread closes the socket."""
    try:
        socket.socket.shutdown(client, socket.SHUT_RDWR)  # that of TLS would pull the session from under its thread
    except OSError:  # it was faster
        return
