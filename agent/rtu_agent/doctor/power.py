"""Whether power saving may put the adapters of the site to sleep between two polls."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rtu_agent.bus.whereabouts import usb_of
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, warning


def examine(case: Case) -> Iterator[Finding]:
    """Say of each USB adapter whether it may sleep, where the kernel tells."""
    for bus, port in case.serial_ports.items():
        usb = usb_of(port, case.machine.roots.sys)
        if usb is not None and (control := look(usb)) is not None:
            yield judge(bus, usb / "power/control", control)


def look(usb: Path) -> str | None:
    """Return what the kernel may do with an adapter: `on`, or `auto` for letting it sleep."""
    with suppress(OSError):
        return (usb / "power/control").read_text().strip()
    return None


def judge(bus: str, switch: Path, control: str) -> Finding:
    """Judge one adapter."""
    if control != "auto":
        return ok(bus, "power saving leaves the adapter awake")
    mend = f"install deploy/udev/99-rtu-agent.rules, or now: echo on | sudo tee {switch}"
    return warning(bus, "power saving may put the adapter to sleep; some wake up late, or not at all", mend)
