"""Whether the names of the serial ports stay when adapters are plugged in another order."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rtu_agent.bus.whereabouts import changes_its_name, has_serial_number, lasting_link, usb_of
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, warning


@dataclass(frozen=True, slots=True)
class Name:
    """How the site calls a port, and how it could."""

    bus: str
    port: str
    changes: bool
    """It is dealt out in the order of plugging."""
    is_shared: bool
    """It is the same for every adapter of the model."""
    lasting: str | None
    """The name that stays; None when there is none."""


def examine(case: Case) -> Iterator[Finding]:
    """Say of each serial port that is there whether its name stays."""
    for bus, port in case.serial_ports.items():
        if (name := look(bus, port, case.machine.roots.dev, case.machine.roots.sys)) is not None:
            yield judge(name)


def look(bus: str, port: str, dev: Path, sys: Path) -> Name | None:
    """Return what is known of the name of a port; None when it is not there."""
    with suppress(OSError):
        link = lasting_link(port, Path(port).stat().st_rdev, dev, sys)
        usb = usb_of(port, sys)
        is_shared = Path(port).parent == dev / "serial/by-id" and usb is not None and not has_serial_number(usb)
        return Name(bus, port, changes_its_name(port, dev), is_shared, None if link is None else str(link))
    return None


def judge(name: Name) -> Finding:
    """Judge one port."""
    if name.changes:
        says = f"{name.port} is dealt out in the order of plugging: after a restart it may be another adapter"
    elif name.is_shared:
        says = f"{name.port} is the same for every adapter of this model: with two of them it may be the other one"
    else:
        return ok(name.bus, f"{name.port} stays the same in whatever order adapters are plugged in")
    if name.lasting is None:
        return warning(name.bus, says, "name its socket: the last lines of deploy/udev/99-rtu-agent.rules say how")
    return warning(name.bus, says, f"port: {name.lasting}")
