"""How a simulator tells another program where its buses are: a line of JSON for each, when all of them are ready."""

import json
from collections.abc import Mapping


def announce(ports: Mapping[str, str]) -> str:
    """Return the lines, for example `{"bus": "floor1", "port": "/dev/pts/7", "buses": 2}`; `buses` is how many come."""
    lines = (json.dumps({"bus": bus, "port": port, "buses": len(ports)}) for bus, port in ports.items())
    return "".join(f"{line}\n" for line in lines)


def understand(text: str) -> dict[str, str] | None:
    """Return the ports by bus that the lines received so far tell; None as long as some are missing.

    Raises:
        ValueError: this is no announcement.
    """
    try:
        told = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        ports = {line["bus"]: line["port"] for line in told}
        return ports if told and len(ports) == told[0]["buses"] else None
    except (TypeError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"not what a simulator announces: {text!r}") from error
