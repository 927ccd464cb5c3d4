"""A gateway in a few lines: what `PtyLine` is on a pseudo terminal, on a TCP port of this machine."""

import asyncio
import contextlib
import socket
import struct

from support.pty_line import Answer


class TcpLine:
    """A listening socket and the connections it has taken. The port stays the same over `plug` and `unplug`.

    Args:
        answer: gets what was heard; returns what to send, and after how many seconds.
        most: how many connections it takes at a time; more are reset.
        lump: replies leave in pieces of this many bytes.
        notices_after_s: how long it goes on counting a connection that the other side has closed.
    """

    def __init__(self, answer: Answer, *, most: int = 100, lump: int = 10_000, notices_after_s: float = 0.0) -> None:
        self.heard: list[bytes] = []
        self.accepted = 0
        self.connections: list[socket.socket] = []
        self._answer = answer
        self._most = most
        self._lump = lump
        self._notices_after_s = notices_after_s
        self._loop = asyncio.get_running_loop()
        self._listener: socket.socket | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def plug(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept, self._listener)

    def unplug(self) -> None:
        """Listen no more, and end all connections."""
        self.deafen()
        while self.connections:
            self.hang_up(self.connections[0])

    def deafen(self) -> None:
        """Listen no more; what is connected stays."""
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def hang_up(self, connection: socket.socket, *, reset: bool = False) -> None:
        """Close a connection, politely or with a reset, if it is still there."""
        if connection not in self.connections:
            return
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._loop.remove_reader(connection)
        self.connections.remove(connection)
        connection.close()

    def send(self, data: bytes) -> None:
        """Send to whoever is connected last."""
        if self.connections:
            self._send(self.connections[-1], data)

    def _send(self, connection: socket.socket, data: bytes) -> None:
        piece, rest = data[: self._lump], data[self._lump :]
        with contextlib.suppress(OSError):  # it may be gone
            connection.send(piece)
        if rest:
            self._loop.call_later(0.001, self._send, connection, rest)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(connection)
        if len(self.connections) > self._most:
            self.hang_up(connection, reset=True)
            return
        self.accepted += 1
        self._loop.add_reader(connection, self._readable, connection)

    def _readable(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(connection)
            self._loop.call_later(self._notices_after_s, self.hang_up, connection)
            return
        self.heard.append(data)
        for delay, reply in self._answer(data):
            self._loop.call_later(delay, self._send, connection, reply)
