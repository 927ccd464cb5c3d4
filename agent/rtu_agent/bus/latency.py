"""How long an adapter holds received bytes back.

FTDI chips collect bytes until 62 of them are there or a timer has run out, and only then hand them to USB. With the
16 ms of the factory no bus carries more than 62 transactions a second, at any baud rate. The low-latency mode of the
serial port sets the timer to 1 ms, and needs no right that an open port does not give. CP210x, CH34x and PL2303 have no
such timer; they and most built-in ports refuse the mode or do nothing for it.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import serial

SYS: Final = Path("/sys")
LONGEST_LATENCY_S: Final = 0.002
"""What an adapter may hold bytes back before somebody is told, seconds."""


def ask_for_low_latency(port: serial.Serial) -> None:
    """Let the driver hand over what it receives at once; a driver that cannot goes on as it is."""
    with suppress(ValueError, OSError, AttributeError, NotImplementedError):  # pyserial on other systems: the last two
        port.set_low_latency_mode(True)


def read_latency_s(device: str, sys: Path = SYS) -> float | None:
    """Return what the latency timer of an adapter is set to, seconds; None when it has none.

    The driver ftdi_sio shows it, as whole milliseconds, in two places, of which either may be hidden in a container.
    """
    tty = Path(os.path.realpath(device)).name
    for place in (sys / "bus/usb-serial/devices" / tty, sys / "class/tty" / tty / "device"):
        with suppress(OSError, ValueError):
            return int((place / "latency_timer").read_text()) / 1000
    return None


def latency_mend(port: str, latency_s: float) -> str | None:
    """Return what to do about the latency of a port, or None when it needs nothing."""
    if latency_s <= LONGEST_LATENCY_S:
        return None
    return f"install deploy/udev/99-rtu-agent.rules and plug the adapter again, or run 'setserial {port} low_latency'"
