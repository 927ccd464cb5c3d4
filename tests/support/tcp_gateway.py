"""A serial device server: bytes between a TCP connection and a serial port, in pieces as they happen to come."""

import os
import random
import select
import socket
import threading
import time
from types import TracebackType
from typing import Self

import serial


class TcpGateway:
    """Serves one connection at a time, the latest, until the end of its `with` block; in a thread of its own."""

    def __init__(self, serial_port: str) -> None:
        self._serial = serial.Serial(serial_port, 115200, timeout=0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._random = random.Random(1)
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="gateway", daemon=True)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.write(self._wake[1], b"x")
        self._thread.join()
        self._serial.close()
        self._listener.close()
        for fd in self._wake:
            os.close(fd)

    def _serve(self) -> None:
        connection: socket.socket | None = None
        while True:
            ears = [self._listener, self._serial, self._wake[0], *filter(None, [connection])]
            ready, _, _ = select.select(ears, [], [])
            if self._wake[0] in ready:
                break
            if self._listener in ready:
                if connection is not None:
                    connection.close()
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.accepted += 1
            elif connection is not None and connection in ready:
                connection = self._to_line(connection)
            if self._serial in ready:
                self._to_network(connection)
        if connection is not None:
            connection.close()

    def _to_line(self, connection: socket.socket) -> socket.socket | None:
        try:
            data = connection.recv(4096)
        except OSError:
            data = b""
        if data:
            self._serial.write(data)
            return connection
        connection.close()
        return None

    def _to_network(self, connection: socket.socket | None) -> None:
        """Wait for more at times, so that chunks are joined, and cut what there is."""
        if self._random.random() < 0.5:
            time.sleep(0.005)
        data = self._serial.read(4096)
        while data:
            size = self._random.choice([1, 2, 3, 7, 4096])
            piece, data = data[:size], data[size:]
            if connection is not None:
                try:
                    connection.sendall(piece)
                except OSError:
                    return
            time.sleep(0.0005)
