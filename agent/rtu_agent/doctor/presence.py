"""Whether the serial ports of the site are there."""

import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from serial.tools.list_ports import comports

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem
from rtu_agent.domain.problem import closest

Kind = Literal["device", "nothing", "something else"]
_PLUG_IT_IN: Final = "plug the adapter in; `ls -l /dev/serial/by-id` lists those that are"


@dataclass(frozen=True, slots=True)
class Presence:
    """What is where a port should be."""

    bus: str
    port: str
    kind: Kind
    others: tuple[str, ...] = ()
    """Ports that are there and that no bus of the site uses."""


def examine(case: Case) -> Iterator[Finding]:
    """Say of each serial port whether it is there."""
    others = _unused(case)
    for bus, port in case.serial_ports.items():
        yield judge(Presence(bus, port, _kind(port), others))


def judge(presence: Presence) -> Finding:
    """Judge one port."""
    about, port = presence.bus, presence.port
    if presence.kind == "device":
        return ok(about, f"{port} is there")
    if presence.kind == "something else":
        return problem(about, f"{port} is no serial port", f"buses: {{{about}: {{port: …}}}} is the path of a port")
    likely = closest(port, presence.others) or (presence.others[0] if len(presence.others) == 1 else None)
    mend = f"{_PLUG_IT_IN}; or write `port: {likely}`" if likely else _PLUG_IT_IN
    return problem(about, f"{port} is not there: no adapter of this name is plugged in", mend)


def _kind(port: str) -> Kind:
    if sys.platform == "win32":
        return "device" if port.upper() in _com_ports() else "nothing"
    try:
        return "device" if stat.S_ISCHR(Path(port).stat().st_mode) else "something else"
    except OSError:
        return "nothing"


def _com_ports() -> Iterable[str]:
    return {found.device.upper() for found in comports()}


def _unused(case: Case) -> tuple[str, ...]:
    """Return the adapters that are plugged in and that no bus is led to, by the names that stay."""
    used = {Path(port).resolve() for port in case.serial_ports.values()}
    found: list[Path] = []
    with suppress(OSError):
        found = sorted((case.machine.roots.dev / "serial/by-id").iterdir())
    return tuple(str(link) for link in found if link.resolve() not in used)
