"""What is wrong with a port, in words and with the mend where one is known."""

import errno
import os
import sys
from pathlib import Path
from typing import Final

from rtu_agent.bus.holder import PROC, holders

if sys.platform == "win32":
    PORT_ERRORS: Final[tuple[type[Exception], ...]] = (OSError,)
else:
    import termios

    # A pseudo terminal or a vanished adapter answers a reconfiguration with termios.error, which is no OSError.
    PORT_ERRORS: Final[tuple[type[Exception], ...]] = (OSError, termios.error)

OPEN_ERRORS: Final[tuple[type[Exception], ...]] = (*PORT_ERRORS, ValueError)
_MOST_NAMED: Final = 3


class PortError(Exception):
    """The port cannot be used now: not there, not ours, in use, or it refuses its settings."""


def explain(name: str, error: Exception, proc: Path = PROC) -> str:
    """Return why the port `name` could not be opened."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT or not (Path(name).exists() or sys.platform == "win32"):
        return f"{name}: there is no such port; is the adapter plugged in?"
    if number == errno.EACCES:
        return f"{name}: permission denied; add the agent's user to the group that owns the port (often 'dialout')"
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
        return f"{name}: {_busy(name, proc)}"
    return f"{name}: {error}"


def _busy(name: str, proc: Path) -> str:
    found = holders(name, proc)
    if others := [held for held in found if held.pid != os.getpid()]:
        named = ", ".join(f"{held.pid} ({held.command})" for held in others[:_MOST_NAMED])
        more = len(others) - _MOST_NAMED
        return f"another process uses the port: {named}" + (f" and {more} more" if more > 0 else "")
    if found:
        return "this agent has the port open already, for another bus"
    if proc.is_dir():
        return f"another process uses the port, and this user may not see which; 'sudo fuser -v {name}' tells"
    return "another process uses the port"
