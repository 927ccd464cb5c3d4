"""What can be wrong with a connection, in words for whoever has to mend it."""

import errno
import socket
from typing import Final

from rtu_agent.bus.address import NetworkAddress

CONNECT_S: Final = 3.0
"""How long a connection may take to be made, seconds; the same as one lost SYN and its repetition."""


def explain(name: str, address: NetworkAddress, error: Exception) -> str:
    """Return why `name` cannot be connected to, with the mend where one is known."""
    if isinstance(error, TimeoutError):
        return f"{name}: nobody answers at {address.host} within {CONNECT_S:g} s; is it on, and the address right?"
    if isinstance(error, socket.gaierror):
        return f"{name}: the host name {address.host} is not known ({error.strerror})"
    if isinstance(error, ConnectionRefusedError):
        return f"{name}: {address.host} has nobody listening at port {address.port}; is its TCP server on?"
    if getattr(error, "errno", None) in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return f"{name}: there is no way to {address.host}; is it on, and the address right?"
    return f"{name}: {error}"
