"""Whether the clock can be right: every record is stamped with it."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import rtu_agent
from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Finding, ok, problem, warning

_TIMEX_BYTES: Final = 512
"""More than `struct timex` has on any machine."""
_UNSYNCHRONISED: Final = 5
"""What adjtimex(2) returns (TIME_ERROR) while nobody keeps the clock."""
_SET_IT: Final = "sudo timedatectl set-ntp true"
_SLACK_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Time:
    """What the clock shows, and what is known about it."""

    wall: float
    """Seconds since 1970, UTC."""
    installed: float
    """When the agent was installed: it cannot be earlier than that."""
    is_kept: bool | None
    """Whether somebody synchronises it (NTP); None when the system does not tell."""


def examine(machine: Machine) -> Iterator[Finding]:
    """Say whether the time is plausible and kept."""
    installed = Path(rtu_agent.__file__).stat().st_mtime
    yield from judge(Time(machine.clock.wall(), installed, look()))


def look() -> bool | None:
    """Return whether the kernel's clock is synchronised, by whatever service; asking changes nothing."""
    if not sys.platform.startswith("linux"):
        return None
    with suppress(OSError, AttributeError):  # a C library without it
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        return None if state < 0 else state != _UNSYNCHRONISED
    return None


def judge(time: Time) -> Iterator[Finding]:
    """Judge the clock."""
    shown = f"{datetime.fromtimestamp(time.wall, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if time.wall < time.installed - _SLACK_S:
        yield problem("", f"the clock shows {shown}, which is before the agent was installed", _SET_IT)
    elif time.is_kept is False:
        says = f"nobody keeps the clock ({shown}): records get times that drift away"
        yield warning("", says, f"{_SET_IT}; in a container or a virtual machine it is the host's affair")
    elif time.is_kept is None:
        yield ok("", f"the clock shows {shown}; the system does not tell whether it is kept")
    else:
        yield ok("", f"the clock is synchronised and shows {shown}")
