"""Who has the serial ports of the site open: one agent may, and nobody else."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rtu_agent.bus.holder import Holder, holders
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem

_AGENT: Final = re.compile(r"\brtu[-_]agent(?:/__main__\.py|\.exe)? run\b")


def examine(case: Case) -> Iterator[Finding]:
    """Say of each serial port who has it open; it is not opened for that."""
    for bus, port in case.serial_ports.items():
        if Path(port).exists():
            yield judge(bus, port, look(port, case))


def look(port: str, case: Case) -> list[Holder]:
    """Return the processes that have a port open; whoever asks is none of them."""
    return [holder for holder in holders(port, case.machine.roots.proc) if holder.pid != os.getpid()]


def is_held_by_agent(port: str, case: Case) -> bool:
    """Return whether an agent has a port open."""
    return any(map(_is_agent, look(port, case)))


def judge(bus: str, port: str, found: list[Holder]) -> Finding:
    """Judge one port."""
    others = [holder for holder in found if not _is_agent(holder)]
    if others:
        named = ", ".join(f"{holder.pid} ({holder.command})" for holder in others)
        pids = " ".join(str(holder.pid) for holder in others)
        says = f"another program has {port} open: {named}; two masters spoil each other's frames"
        return problem(bus, says, f"sudo kill {pids}")
    if len(found) > 1:
        named = ", ".join(str(holder.pid) for holder in found)
        return problem(bus, f"several agents have {port} open: {named}", f"sudo kill {found[-1].pid}")
    if found:
        return ok(bus, f"the agent has {port} open, as process {found[0].pid}")
    return ok(bus, f"nobody is seen who has {port} open")


def _is_agent(holder: Holder) -> bool:
    return _AGENT.search(holder.command) is not None
