"""The page about the bundled drivers, made from them: `python -m rtu_agent.catalogue`."""

import inspect
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from rtu_agent.domain.duration import duration_text
from rtu_agent.driver_api import Driver, Point, Signal
from rtu_agent.plugins import load_drivers

BUNDLED: Final = "rtu-agent"
"""The distribution whose drivers are on the page."""

_HEAD: Final = """\
# The bundled drivers

<!-- Made by `python -m rtu_agent.catalogue > docs/catalogue.md`; edit the drivers instead. -->

{drivers} drivers of {vendors} vendors. A site file names one as it stands here: `driver: eastron.sdm630`. A model that
is not listed may answer like one that is. `rtu-agent drivers show NAME` tells the rest about a driver.

- Confidence is `high` where a document of the vendor and another source agree or frames of a device prove it, `medium`
  where one good source stands alone, `low` otherwise.
- The factory settings are those of a device that nobody has configured.
- Groups are polled at these intervals unless the site says others; `once` is read at the start.
- Addresses are those on the wire, zero-based, and belong to the first register of a value. Units are those in which
  values are stored. What names mean is in the [common schema](drivers.md#the-common-schema).
- A counter is [judged](polling.md#counters) before it is stored.
"""


def render(drivers: Iterable[type[Driver]]) -> str:
    """Return the page as Markdown; the drivers come sorted by name."""
    vendors = {vendor: [*some] for vendor, some in groupby(drivers, _vendor)}
    count = sum(map(len, vendors.values()))
    parts = [_HEAD.format(drivers=count, vendors=len(vendors)), _overview(vendors.values())]
    for vendor, some in vendors.items():
        parts += [f"## {vendor}\n", *map(_driver, some)]
    return "\n".join(parts)


def bundled() -> list[type[Driver]]:
    """Return the drivers that the agent brings itself, sorted by name."""
    entries = load_drivers().entries.values()
    return [entry.driver for entry in entries if entry.distribution == BUNDLED]


def _overview(vendors: Iterable[Sequence[type[Driver]]]) -> str:
    rows = [
        (f"[`{driver.name}`](#{_anchor(driver.name)})", _plain(", ".join(driver.products)), driver.kind)
        for drivers in vendors
        for driver in drivers
    ]
    return _table(("driver", "products", "kind"), rows)


def _driver(driver: type[Driver]) -> str:
    about = (inspect.getdoc(driver) or "").partition("\n\n")[0].replace("\n", " ")
    facts = {
        "Products": ", ".join(driver.products),
        "Source": driver.source,
        "Confidence": driver.confidence,
        "Factory settings": _serial(driver),
        "Groups": ", ".join(f"{group} {_pace(seconds)}" for group, seconds in driver.intervals.items()),
        "Writes": "to read some points, so the device's entry must say `allow_writes: true`" if driver.writes else "",
        "Finds out": "which points the device has; those below it has always" if driver.discovery() else "",
    }
    lines = "".join(f"- {name}: {_plain(said)}\n" for name, said in facts.items() if said)
    return f"### {driver.name}\n\n{_plain(about)}\n\n{lines}\n{_points(driver.signals)}"


def _serial(driver: type[Driver]) -> str:
    serial = driver.serial
    stop = "1 stop bit" if serial.stop_bits == 1 else f"{serial.stop_bits} stop bits"
    return f"{serial.baudrate} baud, parity {serial.parity}, {stop}, unit {serial.unit}"


def _pace(seconds: float) -> str:
    return f"every {duration_text(seconds)}" if seconds else "at start"


def _points(signals: Sequence[Signal]) -> str:
    """Points that are alike in all but name and address share a row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for signal in signals:
        unit = "" if signal.canonical_unit.symbol == "1" else signal.canonical_unit.symbol
        rows.setdefault((signal.group, *_form(signal), unit), []).append(_place(signal))
    cells = [(*alike, ", ".join(places)) for alike, places in rows.items()]
    return _table(("group", "table", "type", "unit", "points"), cells)


def _form(signal: Signal) -> tuple[str, str]:
    table, form = (signal.table.value, signal.codec.type) if isinstance(signal, Point) else ("", "derived")
    return table.replace("_", " "), f"{form}, counter" if signal.counter else form


def _place(signal: Signal) -> str:
    return f"`{signal.name}` 0x{signal.address:04X}" if isinstance(signal, Point) else f"`{signal.name}`"


def _vendor(driver: type[Driver]) -> str:
    return driver.name.partition(".")[0]


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


def _plain(text: str) -> str:
    """Return a text of an author as it may stand in a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    sys.stdout.write(render(bundled()))
