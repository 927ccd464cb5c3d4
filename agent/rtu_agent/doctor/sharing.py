"""Whether two buses are led to one adapter under different names."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem


def examine(case: Case) -> Iterator[Finding]:
    """Follow every name to its end."""
    yield from judge({bus: (port, os.path.realpath(port)) for bus, port in case.serial_ports.items()})


def judge(ports: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """Judge the ports by bus, each with where it ends."""
    buses = defaultdict[str, list[str]](list)
    for bus, (_, device) in ports.items():
        buses[device].append(bus)
    for device, sharing in buses.items():
        if len(sharing) > 1:
            named = " and ".join(f"{bus} ({ports[bus][0]})" for bus in sharing)
            says = f"{named} are one adapter, {device}: only one of the buses can open it"
            mend = "give each bus an adapter of its own, or put their devices on one bus"
            yield problem(", ".join(sharing), says, mend)
    if len(ports) > 1 and all(len(sharing) == 1 for sharing in buses.values()):
        yield ok("", "every bus has an adapter of its own")
