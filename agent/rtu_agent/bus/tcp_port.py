"""RTU over TCP: a gateway passes bytes between a socket and a serial line.

Its frames are those of the line, checksum and all, and the master is the same. What differs is the way: bytes arrive in
lumps of any size and at once, and a gateway may keep a reply that came too late for its own timer and deliver it with
the next. So after a reply that did not come the connection is made anew (`keeps_replies`); the unit is left alone for
the late window as on a wire, because a gateway may give to the new connection what was meant for the old one.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Final, cast

from rtu_agent.bus.address import RTU_OVER_TCP, network_address
from rtu_agent.bus.network import CONNECT_S, explain
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.port_facts import PortFacts

_READ_SIZE: Final = 4096
_SECOND_ADDRESS_S: Final = 0.25
"""A host with several addresses is tried at the next one after this time (RFC 8305, section 5)."""
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""A peer that vanished without a word is noticed after some 25 s even where nothing is asked."""


class TcpPort:
    """A connection to a gateway that speaks RTU.

    Args:
        name: `rtu+tcp://host:port`.
        paced: whether replies arrive no earlier than the serial line behind the gateway can carry them.

    Raises:
        ValueError: the name is no such address.
    """

    keeps_replies = True

    def __init__(self, name: str, *, paced: bool = False) -> None:
        address = network_address(name)
        if address is None or address.scheme != RTU_OVER_TCP:
            raise ValueError(f"{name} is not of the form rtu+tcp://host:port")
        self.name = name
        self.paced = paced
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._connection: _Connection | None = None

    async def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> PortFacts:
        """Connect; there is nothing to find out.

        Raises:
            PortError: the name is not known, or nobody answers or listens there.
        """
        try:
            async with asyncio.timeout(CONNECT_S):
                _, connection = await self._loop.create_connection(
                    partial(_Connection, heard),
                    self._address.host,
                    self._address.port,
                    happy_eyeballs_delay=_SECOND_ADDRESS_S,
                )
        except OSError as error:
            raise PortError(explain(self.name, self._address, error)) from error
        if connection.ended is not None:
            raise PortError(f"{self.name}: {connection.ended}")
        connection.lost = lost
        self._connection = connection
        return PortFacts()

    def write(self, data: bytes) -> None:
        """Send `data`; a peer that has not taken the frame before it is not usable."""
        if self._connection is not None:
            self._connection.write(data)

    def read_pending(self) -> bytes:
        """Return what has arrived and was not yet given to `heard`."""
        return b"" if self._connection is None else self._connection.read_pending()

    def pause(self) -> None:
        """Go on: what a network delivers in lumps needs no rest, and its end shows only to whoever reads."""

    def resume(self) -> None:
        """Go on."""

    def close(self) -> None:
        """Close it; harmless when it is not open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Connection(asyncio.Protocol):
    """One connection, from its beginning to its end."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self.lost: Callable[[str], None] | None = None
        self.ended: str | None = None
        """Why it is over."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Get ready. That small frames leave at once (TCP_NODELAY) is asyncio's own doing."""
        self._transport = cast("asyncio.Transport", transport)
        own = transport.get_extra_info("socket")
        # A second handle of the same socket, because the transport's own cannot be read.
        self._socket = socket.fromfd(own.fileno(), own.family, own.type)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            if hasattr(socket, option):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        if self.ended is None:
            self._heard(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the end, unless it was our own wish."""
        self._end("the other side closed the connection" if exc is None else str(exc))

    def write(self, data: bytes) -> None:
        """Send `data`."""
        if self._transport.get_write_buffer_size():
            self._end("it does not take what is sent")
        else:
            self._transport.write(data)

    def read_pending(self) -> bytes:
        """Return what the system holds. An end that shows here is left for the transport to find."""
        try:
            return self._socket.recv(_READ_SIZE)
        except OSError:
            return b""

    def close(self) -> None:
        """End it without another word."""
        self.lost = None
        self._end("closed")

    def _end(self, cause: str) -> None:
        if self.ended is not None:
            return
        self.ended = cause
        self._socket.close()
        self._transport.abort()
        if self.lost is not None:
            self.lost(cause)
