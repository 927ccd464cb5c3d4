"""What the process tells its caller (sysexits.h where it has a word for it)."""

import errno
from typing import Final

from rtu_agent.bus.port_error import PortError

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


def of_port_error(error: PortError) -> int:
    """Return the code for a port that could not be opened."""
    cause = error.__cause__
    number = getattr(cause, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return PERMISSION
    return PORT_BUSY if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(cause) else UNAVAILABLE
