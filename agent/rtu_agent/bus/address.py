"""Where on the network a port is: `rtu+tcp://host:port` and `tcp://host:port`. Everything else is a serial port."""

import re
from dataclasses import dataclass
from typing import Final

RTU_OVER_TCP: Final = "rtu+tcp"
MODBUS_TCP: Final = "tcp"
MODBUS_TCP_PORT: Final = 502
"""Where a Modbus TCP server listens unless it is told otherwise. RTU over TCP has no such convention."""

_ADDRESS: Final = re.compile(
    r"(?P<scheme>rtu\+tcp|tcp)://(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """One end of a TCP connection, and what is spoken on it."""

    scheme: str
    """`RTU_OVER_TCP` or `MODBUS_TCP`."""
    host: str
    """A name or an IP address; IPv6 without brackets."""
    port: int


def network_address(port: str) -> NetworkAddress | None:
    """Return the address that `port` names, or None if it names none."""
    found = _ADDRESS.fullmatch(port)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    number = int(found["port"] or (MODBUS_TCP_PORT if scheme == MODBUS_TCP else 0))
    return NetworkAddress(scheme, found["host"].strip("[]").lower(), number) if 0 < number <= 0xFFFF else None  # noqa: PLR2004 - 16 bits
