"""The baud rates of serial ports and of the devices behind them."""

from typing import Final

BAUDRATES: Final = (
    300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 56000, 57600, 76800, 115200, 128000, 230400, 250000,
    256000, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
)  # fmt: skip
"""What they know, bits per second."""


def baudrate_objection(baudrate: int) -> str | None:
    """Return why nobody talks at this baud rate, or None if it is in use."""
    if baudrate in BAUDRATES:
        return None
    nearest = sorted(sorted(BAUDRATES, key=lambda known: abs(known - baudrate))[:2])
    return f"{baudrate} is not a baud rate in use; the nearest are {nearest[0]} and {nearest[1]}"
