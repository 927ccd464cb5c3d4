"""The server answers whoever asks properly, and nobody else can keep it from doing so."""

import http.client
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from rtu_agent.telemetry import http as http_server
from rtu_agent.telemetry.http import CONNECTIONS, AddressTakenError, HttpServer, ListenError, serve
from rtu_agent.telemetry.tls import Certificate
from support.certificates import make_certificate


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the path."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


def get(address: str, path: str = "/hello", timeout: float = 5) -> bytes:
    """Return the body of an answer."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A running server on a free port of the loopback address."""
    running = serve("127.0.0.1:0", hello)
    yield running
    running.stop()


def connect(server: HttpServer) -> socket.socket:
    """Return a connection that has not asked anything yet."""
    host, _, port = server.address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def test_it_listens_where_it_says(server: HttpServer) -> None:
    """Port 0 becomes the real one, for tests and for several agents on one machine."""
    host, _, port = server.address.rpartition(":")

    assert host == "127.0.0.1"
    assert int(port) > 0
    assert get(server.address) == b"/hello"


def test_it_listens_on_ipv6() -> None:
    """An address with colons is written in brackets."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        server = serve("[::1]:0", hello)
    except ListenError as error:
        pytest.skip(str(error))
    try:
        assert server.address.startswith("[::1]:")
        assert get(server.address) == b"/hello"
    finally:
        server.stop()


def test_a_port_that_is_taken_is_said_with_its_mend(server: HttpServer) -> None:
    """Two agents on one machine is a mistake that is made."""
    with pytest.raises(AddressTakenError, match=rf"{server.address} is taken .* http: {{listen: …}}"):
        serve(server.address, hello)


@pytest.mark.parametrize(
    "listen", ["", "9485", "localhost", ":9485", "localhost:", "127.0.0.1:http", "127.0.0.1:65536", "::1:²"]
)
def test_an_address_that_is_none_is_refused(listen: str) -> None:
    """With an example of one that is."""
    with pytest.raises(ListenError, match="is not an address; write host:port"):
        serve(listen, hello)


def test_an_address_of_another_machine_is_refused() -> None:
    """TEST-NET-1 is nobody's; the system's own words say why."""
    with pytest.raises(ListenError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        serve("192.0.2.1:0", hello)


def test_silent_clients_do_not_keep_others_out(server: HttpServer) -> None:
    """More of them than there are places: the oldest give way, and it is answered as before."""
    silent = [connect(server) for _ in range(CONNECTIONS + 20)]
    try:
        assert get(server.address) == b"/hello"
        assert silent[0].recv(1) == b"", "the oldest has been hung up on"
    finally:
        for client in silent:
            client.close()


def test_a_client_that_sends_rubbish_or_leaves_is_nobody_elses_trouble(
    server: HttpServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """The next one is answered, and stderr stays what the log makes of it."""
    for rubbish in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 70_000, b""):
        with connect(server) as client:
            client.sendall(rubbish)

    assert get(server.address) == b"/hello"
    assert capfd.readouterr() == ("", "")


def test_a_client_that_stops_reading_leaves_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    """What the library would print has many lines, and one of them among our JSON spoils it."""

    def stuck(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise TimeoutError("timed out")

    server = serve("127.0.0.1:0", stuck)
    try:
        get(server.address)
    finally:
        server.stop()
    assert capfd.readouterr() == ("", "")


def test_there_are_never_more_threads_than_places(server: HttpServer) -> None:
    """However many connect, and however little they say."""
    before = threading.active_count()
    clients, most = [], 0
    try:
        for number in range(4 * CONNECTIONS):
            clients.append(connect(server))
            clients[-1].sendall(b"GET /he"[: number % 8])
            most = max(most, threading.active_count() - before)
        assert get(server.address) == b"/hello"
        assert most <= CONNECTIONS
    finally:
        for client in clients:
            client.close()


def test_a_client_that_sends_a_byte_now_and_then_is_hung_up_on(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte is in time, and altogether it takes too long."""
    monkeypatch.setattr(http_server, "LIFETIME_S", 0.3)
    with connect(server) as client:
        sent = [drip(client) for _ in range(200)]
    assert sent[0]
    assert not sent[-1]


def drip(client: socket.socket) -> bool:
    """Send a byte after a while; return whether anybody takes it."""
    time.sleep(0.01)
    try:
        client.sendall(b"G")
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "request_",
    [b"GET /" + b"a" * 20_000 + b" HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0\r\n" + b"X-A: b\r\n" * 3000 + b"\r\n"],
)
def test_a_head_without_end_is_refused(server: HttpServer, request_: bytes) -> None:
    """One long line, and many short ones."""
    with connect(server) as client:
        with suppress(OSError):  # it may hang up before all is sent
            client.sendall(request_)
        with suppress(ConnectionResetError):
            assert client.recv(1000).startswith((b"HTTP/1.0 431", b""))
    assert get(server.address) == b"/hello"


def test_it_speaks_tls(tmp_path: Path) -> None:
    """A client that trusts the certificate reads; one that speaks plainly gets nothing, and holds up nobody."""
    certificate = make_certificate(tmp_path, "one")
    server = serve("127.0.0.1:0", hello, Certificate(*certificate))
    try:
        with connect(server) as plain:
            plain.sendall(b"GET /hello HTTP/1.0\r\n\r\n")
            assert get_tls(server.address, certificate[0]) == b"/hello"
            with suppress(ConnectionResetError):
                assert b"hello" not in plain.recv(1000)
        silent = [connect(server) for _ in range(CONNECTIONS + 5)]
        assert get_tls(server.address, certificate[0]) == b"/hello"
        for client in silent:
            client.close()
    finally:
        server.stop()


def test_a_renewed_certificate_is_shown_to_the_next_client(tmp_path: Path) -> None:
    """Without a restart; half of a pair is not taken."""
    certificate = make_certificate(tmp_path, "served")
    other = make_certificate(tmp_path, "other")
    server = serve("127.0.0.1:0", hello, Certificate(*certificate))
    try:
        assert get_tls(server.address, certificate[0]) == b"/hello"
        old = certificate[0].read_bytes()
        (tmp_path / "old.crt").write_bytes(old)
        other[0].rename(certificate[0])
        assert get_tls(server.address, tmp_path / "old.crt") == b"/hello", "the key does not fit yet"
        other[1].rename(certificate[1])
        assert get_tls(server.address, certificate[0]) == b"/hello"
    finally:
        server.stop()


def get_tls(address: str, trusted: Path) -> bytes:
    """Return the body of an answer under TLS."""
    context = ssl.create_default_context(cafile=str(trusted))
    with urllib.request.urlopen(f"https://{address}/hello", timeout=5, context=context) as answer:
        body: bytes = answer.read()
        return body


def test_requests_are_answered_at_the_same_time() -> None:
    """A slow page does not hold up a quick one."""
    both = threading.Barrier(2, timeout=5)

    def meet(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        both.wait()
        return hello(environ, start_response)

    server = serve("127.0.0.1:0", meet)
    try:
        other = threading.Thread(target=get, args=(server.address,))
        other.start()
        assert get(server.address) == b"/hello"
        other.join()
    finally:
        server.stop()


def test_stopping_frees_the_port_and_hangs_up(server: HttpServer) -> None:
    """A restart finds its port free though a client never finished."""
    address = server.address
    with connect(server) as client:
        client.sendall(b"GET /hello HTTP/1.1\r\n")
        assert get(address) == b"/hello"
        started = time.monotonic()
        server.stop()

        assert time.monotonic() - started < 2
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        get(address)
    serve(address, hello).stop()
