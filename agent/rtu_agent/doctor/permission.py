"""Whether this user may open the serial ports of the site."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem
from rtu_agent.doctor.user import User, group_name

_GROUP: Final = stat.S_IRGRP | stat.S_IWGRP
INSTALL_RULES: Final = (
    "sudo install --mode 0644 deploy/udev/99-rtu-agent.rules /etc/udev/rules.d/ && sudo udevadm control --reload"
)


@dataclass(frozen=True, slots=True)
class Door:
    """A port, and who may open it."""

    bus: str
    port: str
    is_open: bool
    """Whether this user may read and write it."""
    mode: int
    group: str


def examine(case: Case) -> Iterator[Finding]:
    """Say of each serial port that is there whether it may be opened."""
    for bus, port in case.serial_ports.items():
        if (door := look(bus, port)) is not None:
            yield judge(door, case.machine.user)


def look(bus: str, port: str) -> Door | None:
    """Return who may open a port; None when it is not there."""
    try:
        found = Path(port).stat()
    except OSError:
        return None
    return Door(bus, port, os.access(port, os.R_OK | os.W_OK), found.st_mode, group_name(found.st_gid))


def judge(door: Door, user: User) -> Finding:
    """Judge one port."""
    if door.is_open:
        return ok(door.bus, f"{user.name} may read and write {door.port}")
    says = f"{user.name} may not open {door.port}"
    if door.mode & _GROUP != _GROUP or door.group == "root":
        rights = f"it belongs to the group {door.group}, {stat.filemode(door.mode)}"
        return problem(door.bus, f"{says}: {rights}", f"{INSTALL_RULES}; then plug the adapter again")
    if door.group in user.listed and door.group not in user.groups:
        mend = "log out and in again; a service: sudo systemctl restart rtu-agent"
        return problem(door.bus, f"{says} yet: it is in the group {door.group} from its next login on", mend)
    mend = f"sudo usermod --append --groups {door.group} {user.name}; then log out and in again"
    return problem(door.bus, f"{says}: only the group {door.group} may", mend)
