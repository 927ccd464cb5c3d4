"""How a simulator tells another program where its buses are: a line of JSON for each, when all of them are ready."""

import json
from collections.abc import Mapping
from typing import NamedTuple


class _Bus(NamedTuple):
    name: str
    port: str
    buses: int


def announce(ports: Mapping[str, str]) -> str:
    """Return the lines, for example `{"bus": "floor1", "port": "/dev/pts/7", "buses": 2}`; `buses` is how many come."""
    lines = (json.dumps({"bus": bus, "port": port, "buses": len(ports)}) for bus, port in ports.items())
    return "".join(f"{line}\n" for line in lines)


def understand(text: str) -> dict[str, str] | None:
    """Return the ports by bus that the lines received so far tell; None as long as some are missing.

    What else is printed is no matter: a driver is somebody else's code, and may do that while its device is made.
    """
    *lines, _ = text.split("\n")
    told = [bus for line in lines if (bus := _told(line)) is not None]
    return {bus.name: bus.port for bus in told} if told and len(told) == told[0].buses else None


def _told(line: str) -> _Bus | None:
    try:
        said = json.loads(line)
        return _Bus(said["bus"], said["port"], said["buses"])
    except (ValueError, TypeError, KeyError):
        return None
