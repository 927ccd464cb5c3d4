"""Runs every check; one that fails itself is a finding too, and hides no other one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from rtu_agent.doctor import (
    gateways,
    in_use,
    installation,
    latency,
    listening,
    load,
    naming,
    permission,
    plugins,
    power,
    presence,
    rooms,
    secret_places,
    servers,
    service,
    sharing,
    timekeeping,
    udev,
)
from rtu_agent.doctor.case import Case, Machine
from rtu_agent.doctor.finding import Finding, problem
from rtu_agent.domain.text import in_words

OF_MACHINE: Final[Mapping[str, Callable[[Machine], Iterable[Finding]]]] = {
    "version": installation.examine,
    "plugin": plugins.examine,
    "clock": timekeeping.examine,
    "service": service.examine,
}
"""The checks that need no site, by name."""

OF_SITE: Final[Mapping[str, Callable[[Case], Iterable[Finding]]]] = {
    "load": load.examine,
    "port": presence.examine,
    "permission": permission.examine,
    "in use": in_use.examine,
    "name": naming.examine,
    "sharing": sharing.examine,
    "latency": latency.examine,
    "power": power.examine,
    "udev": udev.examine,
    "gateway": gateways.examine,
    "secret": secret_places.examine,
    "server": servers.examine,
    "disk": rooms.examine,
    "http": listening.examine,
}
"""The checks of a site, by name."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A finding, and the check that it is of."""

    check: str
    finding: Finding

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        found = self.finding
        said = {"about": found.about, "severity": found.severity.value, "says": found.says, "mend": found.mend or None}
        return {"check": self.check, **said}


def examine_machine(machine: Machine) -> Iterator[Examined]:
    """Yield what is found about the machine."""
    for name, check in OF_MACHINE.items():
        yield from examined(name, partial(check, machine))


def examine_site(case: Case) -> Iterator[Examined]:
    """Yield what is found about the site."""
    for name, check in OF_SITE.items():
        yield from examined(name, partial(check, case))


def examined(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Examined]:
    """Yield the findings of one check."""
    try:
        for finding in check():
            yield Examined(name, finding)
    except Exception as error:  # noqa: BLE001 - the other checks still have something to say
        says = f"this check failed itself: {in_words(error)}"
        yield Examined(name, problem("", says, "report it with the line above; the other checks are not touched"))
