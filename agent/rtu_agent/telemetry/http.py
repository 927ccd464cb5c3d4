"""The agent's HTTP server: its own threads, loopback unless told otherwise.

Nothing in here runs in the event loop. A client gets a thread and ten seconds for each read and write; when all threads
are taken the oldest connection gives way, so that clients who never finish cannot keep Prometheus out.
"""

import errno
import io
import logging
import os
import socket
import socketserver
import sys
import threading
from collections import OrderedDict
from typing import Any, Final, TextIO
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

CONNECTIONS: Final = 32
"""Clients served at the same time."""

PATIENCE_S: Final = 10.0
"""How long a client may take for one read or write, seconds."""

_logger: Final = logging.getLogger(__name__)


class ListenError(Exception):
    """The address cannot be listened on; the message says which and what to do."""


class AddressTakenError(ListenError):
    """Another program listens there."""


class HttpServer:
    """A running server; made by `serve`."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
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


def serve(listen: str, app: WSGIApplication) -> HttpServer:
    """Serve `app` at `listen`, written `host:port` or `[ipv6]:port`; port 0 takes any free one.

    Raises:
        AddressTakenError: another program listens there.
        ListenError: the address is malformed, unknown to this machine or not permitted.
    """
    host, port = _split(listen)
    try:
        server = _Server(host, port, app)
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


class _Handler(WSGIRequestHandler):
    """One request. Says nothing: the application reports its own failures, and a client's are its own affair."""

    timeout = PATIENCE_S
    server_version = "rtu-agent"
    sys_version = ""

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

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._open: OrderedDict[socket.socket, None] = OrderedDict()
        self._open_lock = threading.Lock()
        super().__init__((host, port), _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, as the library does; that can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the client a thread; the oldest client goes if there are too many."""
        with self._open_lock:
            self._open[request] = None
            oldest = self._open.popitem(last=False)[0] if len(self._open) > CONNECTIONS else None
        if oldest is not None:
            _hang_up(oldest)
        super().process_request(request, client_address)

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
        client.shutdown(socket.SHUT_RDWR)
    except OSError:  # it was faster
        return
