"""Whether the agent starts with the machine, and whether the doctor looks with the agent's eyes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Finding, ok, warning
from rtu_agent.doctor.unit import Unit, read_unit
from rtu_agent.doctor.user import User

_INSTALL: Final = (
    "sudo install -D --mode 0644 deploy/systemd/rtu-agent.service /etc/systemd/system/rtu-agent.service && "
    "sudo systemctl daemon-reload; docs/deployment.md has the other steps"
)


def examine(machine: Machine) -> Iterator[Finding]:
    """Look at the unit, where systemd runs the machine."""
    if (machine.run / "systemd/system").is_dir():
        yield from judge(read_unit(machine), machine.user)


def judge(unit: Unit | None, user: User) -> Iterator[Finding]:
    """Judge the unit of the service."""
    if unit is None:
        yield warning("", "there is no unit rtu-agent.service: the agent does not start with the machine", _INSTALL)
        return
    if unit.is_enabled:
        yield ok("", f"{unit.file} starts the agent with the machine")
    else:
        yield warning("", f"{unit.file} is not enabled", "sudo systemctl enable --now rtu-agent")
    if user.name == unit.user:
        yield ok("user", f"the service runs as {user.name}, as this does")
    else:
        says = f"the service runs as {unit.user}: what {user.name} may do, as this runs, need not be what it may do"
        yield warning("user", says, f"sudo --user={unit.user} {Path(unit.program)} doctor")
