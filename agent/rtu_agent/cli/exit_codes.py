"""What the process tells its caller (sysexits.h where it has a word for it)."""

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
SOME_DEVICE_FAILED: Final = 3
UNAVAILABLE: Final = 69
PORT_BUSY: Final = 75
PERMISSION: Final = 77
CONFIG_INVALID: Final = 78
INTERRUPTED: Final = 130


def of_os_error(error: OSError) -> int:
    """Return the code for something that the operating system refused."""
    return PERMISSION if isinstance(error, PermissionError) else UNAVAILABLE
