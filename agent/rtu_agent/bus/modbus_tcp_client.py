"""pymodbus's client: connected without habits of its own, and asked with our requests."""

import asyncio
from collections.abc import Callable
from typing import Final, Self

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from rtu_agent.bus.address import NetworkAddress
from rtu_agent.bus.modbus_tcp_gate import Gate
from rtu_agent.bus.network import CONNECT_S, explain
from rtu_agent.bus.port_error import PortError

_NEVER_S: Final = 1e6
"""pymodbus's own timeout; ours are always shorter."""


async def connect(port: str, address: NetworkAddress, gate: Gate, lost: Callable[[str], None]) -> AsyncModbusTcpClient:
    """Return a client that is connected, does not retry and does not reconnect.

    Args:
        port: the name of the port, for messages.
        address: where to connect to.
        gate: what all packets pass.
        lost: is told the end of the connection, unless it is closed from here.

    Raises:
        PortError: nobody answers there.
    """

    def changed(connected: bool) -> None:
        if not connected:
            lost("the other side closed the connection")

    client = AsyncModbusTcpClient(
        address.host,
        port=address.port,
        reconnect_delay=0,
        timeout=_NEVER_S,
        retries=0,
        trace_packet=gate.packet,
        trace_connect=changed,
    )
    for reply in _REPLIES:
        client.register(reply)
    try:
        async with asyncio.timeout(CONNECT_S):
            await client.connect()
    except TimeoutError as error:
        raise PortError(explain(port, address, error)) from error
    if not client.connected:
        raise PortError(f"{port}: no connection; is it on, the address right, and Modbus TCP enabled?")
    return client


async def ask(client: AsyncModbusTcpClient, unit: int, pdu: bytes) -> ModbusPDU | None:
    """Send exactly this PDU; return pymodbus's response, or None when it has no connection."""
    try:
        # Called and awaited in one step: between the two, pymodbus would connect by itself.
        response: ModbusPDU = await client.execute(False, _Carried.request(unit, pdu))
    except ModbusException:
        return None
    return response


class _Carried(ModbusPDU):
    """A PDU that pymodbus carries and does not look into."""

    @classmethod
    def request(cls, unit: int, pdu: bytes) -> Self:
        """Return a request of these bytes."""
        carried = cls(dev_id=unit)
        carried.function_code = pdu[0]
        carried.decode(pdu[1:])
        return carried

    def encode(self) -> bytes:
        """Return what follows the function."""
        return self._data

    def decode(self, data: bytes) -> None:
        """Take what follows the function."""
        self._data = data


_REPLIES: Final = tuple(type(f"_Carried{code:02X}", (_Carried,), {"function_code": code}) for code in range(1, 128))
"""One class for each function: that is how pymodbus is told of them."""
