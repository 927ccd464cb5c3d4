"""How a bus is reached, in the four forms that a site may write, and which keys of a bus go with which."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from rtu_agent.bus.address import MODBUS_TCP, network_address
from rtu_agent.config.sentences import shown

_DEVICE_FILE: Final = re.compile(r"/\S+")
_WINDOWS: Final = re.compile(r"(?:\\\\\.\\)?(COM[0-9]{1,3})", re.IGNORECASE)
_URL: Final = re.compile(r"([a-z0-9+.-]+)://.*", re.IGNORECASE)
_BARE_ADDRESS: Final = re.compile(r"[\w.-]+:[0-9]{1,5}", re.ASCII)
_BARE_DEVICE: Final = re.compile(r"(tty|serial/|dev/)\S+")
_SERIAL: Final = "a device file such as /dev/serial/by-id/usb-…, a Windows port such as COM3"
_HOW: Final = f"write {_SERIAL}, rtu+tcp://host:port or tcp://host:port"

_OF_LINE: Final = ("baudrate", "parity", "stop_bits")
_OF_SERIAL_PORT: Final = ("rs485", "backend")


def same_port(port: str) -> str:
    """Return a key that is equal for two spellings of one port."""
    if (address := network_address(port)) is not None:
        return f"{address.host}:{address.port}"
    found = _WINDOWS.fullmatch(port)
    return found[1].upper() if found else re.sub("//+", "/", port)


def has_line(port: str) -> bool:
    """Return whether there is a serial line at the port, or behind it."""
    address = network_address(port)
    return address is None or address.scheme != MODBUS_TCP


def misfit(key: str, port: str) -> str | None:
    """Return why a key makes no sense for a bus at `port`, or None if it does."""
    if key in _OF_LINE and not has_line(port):
        return "Modbus TCP has no serial line; delete this key"
    if key in _OF_SERIAL_PORT and network_address(port) is not None:
        return "this is for serial ports, and the bus is reached over the network; delete this key"
    return None


def _check(port: Any) -> str:
    if not isinstance(port, str):
        raise ValueError(f"{shown(port)} is not a port; {_HOW}")  # noqa: TRY004 - pydantic takes a ValueError
    if _URL.fullmatch(port):
        return _check_url(port)
    if _BARE_ADDRESS.fullmatch(port):
        raise ValueError(f"'{port}' could be either, write rtu+tcp://{port} for a serial gateway or tcp://{port}")
    if _BARE_DEVICE.fullmatch(port):
        raise ValueError(f"'{port}' is not a whole path, did you mean '/dev/{port.removeprefix('dev/')}'?")
    if not (_DEVICE_FILE.fullmatch(port) or _WINDOWS.fullmatch(port)):
        raise ValueError(f"'{port}' is not a port; {_HOW}")
    return port


def _check_url(port: str) -> str:
    if network_address(port) is not None:
        return port
    scheme = port.partition("://")[0].lower()
    if scheme == "rtu+tcp":
        raise ValueError(f"{shown(port)} is not of the form rtu+tcp://host:port, such as rtu+tcp://10.0.0.5:4001")
    if scheme == MODBUS_TCP:
        raise ValueError(f"{shown(port)} is not of the form tcp://host:port, such as tcp://10.0.0.7:502")
    raise ValueError(f"{shown(port)} is not a port; {_HOW}")


Port = Annotated[
    str,
    BeforeValidator(_check),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(/\S+|(\\\\\.\\)?[Cc][Oo][Mm]\d+|rtu\+tcp://[^\s/@]+:\d+|tcp://[^\s/@]+)$",
        }
    ),
]
"""An absolute path of a device file, COMn, rtu+tcp://host:port or tcp://host:port."""
