"""How a bus is reached. This version speaks serial ports only."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from rtu_agent.config.sentences import shown

_DEVICE_FILE: Final = re.compile(r"/\S+")
_WINDOWS: Final = re.compile(r"(?:\\\\\.\\)?(COM[0-9]{1,3})", re.IGNORECASE)
_URL: Final = re.compile(r"[a-z0-9+.-]+://.*", re.IGNORECASE)
_BARE_DEVICE: Final = re.compile(r"(tty|serial/|dev/)\S+")
_HOW: Final = "write a device file such as /dev/serial/by-id/usb-… or a Windows port such as COM3"


def same_port(port: str) -> str:
    """Return a key that is equal for two spellings of one port."""
    found = _WINDOWS.fullmatch(port)
    return found[1].upper() if found else re.sub("//+", "/", port)


def _check(port: Any) -> str:
    if not isinstance(port, str):
        raise ValueError(f"{shown(port)} is not a serial port; {_HOW}")  # noqa: TRY004 - pydantic takes a ValueError
    if _URL.fullmatch(port):
        raise ValueError(f"this version speaks serial ports only, not '{port}'; {_HOW}")
    if _BARE_DEVICE.fullmatch(port):
        raise ValueError(f"'{port}' is not a whole path, did you mean '/dev/{port.removeprefix('dev/')}'?")
    if not (_DEVICE_FILE.fullmatch(port) or _WINDOWS.fullmatch(port)):
        raise ValueError(f"'{port}' is not a serial port; {_HOW}")
    return port


Port = Annotated[
    str,
    BeforeValidator(_check),
    WithJsonSchema({"type": "string", "pattern": r"^(/\S+|(\\\\\.\\)?[Cc][Oo][Mm]\d+)$"}),
]
"""A serial port: an absolute path of a device file, or COMn."""
