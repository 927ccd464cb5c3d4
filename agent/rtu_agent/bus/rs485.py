"""The RS485 mode of Linux's serial drivers: the kernel switches the transceiver with RTS, to the character.

Built-in ports with a bare transceiver (MAX485 and the like) need it. Adapters for USB switch by themselves, and their
drivers know no such mode. Doing it from here, as pyserial's class `RS485` does, would release the wire late and talk
over a quick device's reply.

A driver may take the settings and silently change what it cannot do. A bus whose transmitter stays on, or never comes
on, looks like one of dead devices; so what the driver made of the settings is read back, and anything else than what
was asked for is an error. Source: Linux, Documentation/driver-api/serial/serial-rs485.rst.
"""

import array
import errno
import sys
from dataclasses import dataclass
from typing import Final

import serial
from serial.rs485 import RS485Settings

from rtu_agent.bus.port_error import OPEN_ERRORS, PortError

if sys.platform != "win32":
    import fcntl

_TIOCGRS485: Final = 0x542E
_ENABLED: Final = 1 << 0
_RTS_ON_SEND: Final = 1 << 1
_RTS_AFTER_SEND: Final = 1 << 2
_RX_DURING_TX: Final = 1 << 4


@dataclass(frozen=True, slots=True)
class Rs485:
    """How the kernel switches the direction.

    Attributes:
        rts_on_send: level of RTS while sending; it has the other one while receiving.
        delay_before_ms: from switching RTS to the first character, milliseconds, 0 to 100.
        delay_after_ms: from the last character to switching RTS back, milliseconds, 0 to 100.
        rx_during_tx: whether the port hears what it sends.
    """

    rts_on_send: bool = True
    delay_before_ms: int = 0
    delay_after_ms: int = 0
    rx_during_tx: bool = False

    def __str__(self) -> str:
        """Return it as a site says it."""
        return (
            f"{{rts_on_send: {str(self.rts_on_send).lower()}, delay_before: {self.delay_before_ms}ms, "
            f"delay_after: {self.delay_after_ms}ms, rx_during_tx: {str(self.rx_during_tx).lower()}}}"
        )


def set_rs485(port: serial.Serial, name: str, wanted: Rs485) -> None:
    """Let the kernel switch the direction of an open port.

    Raises:
        PortError: the driver knows no such mode, or cannot do what is wanted.
    """
    if sys.platform != "linux":
        raise PortError(f"{name}: only Linux has an RS485 mode of its own; delete 'rs485' of this bus")
    try:
        port.rs485_mode = RS485Settings(
            rts_level_for_tx=wanted.rts_on_send,
            rts_level_for_rx=not wanted.rts_on_send,  # equal levels would switch nothing
            loopback=wanted.rx_during_tx,
            delay_before_tx=wanted.delay_before_ms / 1000,
            delay_before_rx=wanted.delay_after_ms / 1000,
        )
        made = _read_back(port)
    except OPEN_ERRORS as error:
        raise PortError(f"{name}: {_refusal(error)}") from error
    if made != wanted:
        raise PortError(
            f"{name}: 'rs485' of this bus asks for {wanted}, and the driver {_said(made)}; write what the port can do"
        )


def _read_back(port: serial.Serial) -> Rs485 | None:
    """Return what the driver does now; None when it does not switch RTS at all."""
    struct = array.array("I", [0] * 8)
    fcntl.ioctl(port.fileno(), _TIOCGRS485, struct)
    flags, before_ms, after_ms = struct[:3]
    on_send, after_send = bool(flags & _RTS_ON_SEND), bool(flags & _RTS_AFTER_SEND)
    if not flags & _ENABLED or on_send == after_send:
        return None
    return Rs485(on_send, before_ms, after_ms, bool(flags & _RX_DURING_TX))


def _said(made: Rs485 | None) -> str:
    return "does not switch on its RS485 mode" if made is None else f"makes {made} of it"


def _refusal(error: Exception) -> str:
    # pyserial raises ValueError without a number; the system's own error is behind it.
    cause = error.__context__ if isinstance(error.__context__, OSError) else error
    if getattr(cause, "errno", None) == errno.ENOTTY:
        return "its driver has no RS485 mode; delete 'rs485' of this bus: an adapter for USB switches by itself"
    return f"its driver refuses the RS485 mode: {cause}"
