"""Whether the udev rules for adapters are installed, where the site has an adapter that they are for."""

from collections.abc import Iterator
from typing import Final

from rtu_agent.bus.whereabouts import usb_of
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, warning
from rtu_agent.doctor.permission import INSTALL_RULES

_RULES: Final = "99-rtu-agent.rules"


def examine(case: Case) -> Iterator[Finding]:
    """Look for the rules."""
    machine = case.machine
    on_usb = [bus for bus, port in case.serial_ports.items() if usb_of(port, machine.roots.sys) is not None]
    if on_usb:
        folders = (machine.etc / "udev/rules.d", machine.lib / "udev/rules.d")
        yield judge(is_there=any((folder / _RULES).is_file() for folder in folders))


def judge(*, is_there: bool) -> Finding:
    """Judge the rules."""
    if is_there:
        return ok("", f"{_RULES} is installed")
    says = f"{_RULES} is not installed: it sets permissions, latency and power saving of USB adapters"
    return warning("", says, INSTALL_RULES)
