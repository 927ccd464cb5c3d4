"""What no entry can know alone: whether it fits the other entries of the file.

Each check looks at the good values of all entries and yields a problem where two do not fit. Values that are missing
or wrong have been reported before and are left out here, so that nobody reads of one mistake twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rtu_agent.config.names import UNIT_PLACE, is_name
from rtu_agent.config.ports import same_port
from rtu_agent.config.reading import Found
from rtu_agent.config.sentences import listed
from rtu_agent.domain.document import Document, Problem, did_you_mean


def cross_references(document: Document, buses: Sequence[Found], devices: Sequence[Found]) -> Iterator[Problem]:
    """Yield everything that does not fit among the buses and the devices of the file."""
    yield from _ports(document, buses)
    yield from _templates(document, devices)
    yield from _device_names(document, devices)
    yield from _buses_of_devices(document, buses, devices)
    yield from _units(document, buses, devices)


def expanded(device: Found) -> list[tuple[str, int]]:
    """Return name and unit of each device that an entry stands for; nothing if either is not known."""
    name, units = device.get("name"), device.get("unit")
    return [(name.replace(UNIT_PLACE, str(unit)), unit) for unit in units] if name and units else []


def _ports(document: Document, buses: Iterable[Found]) -> Iterator[Problem]:
    first: dict[str, Found] = {}
    for bus in buses:
        port = bus.get("port")
        other = first.setdefault(same_port(port), bus) if port else bus
        if other is not bus:
            owner, line = other.path[-1], document.line((*other.path, "port"))
            message = f"this port already belongs to bus '{owner}' (line {line}); each bus needs a port of its own"
            yield document.problem((*bus.path, "port"), message)


def _templates(document: Document, devices: Iterable[Found]) -> Iterator[Problem]:
    for device in devices:
        name, units = device.get("name"), device.get("unit")
        if name and units and len(units) > 1 and UNIT_PLACE not in name:
            message = f'the name of {len(units)} devices must contain {UNIT_PLACE}, such as "{name}-{UNIT_PLACE}"'
            yield document.problem((*device.path, "name"), message)


def _device_names(document: Document, devices: Iterable[Found]) -> Iterator[Problem]:
    """Names that differ only by case count as equal: they would share files where case does not matter."""
    first: dict[str, tuple[str, Found]] = {}
    for device in devices:
        names = dict.fromkeys(name for name, _ in expanded(device)) or [device.get("name") or ""]
        owners = [(name, *first.setdefault(name.casefold(), (name, device))) for name in names if name]
        taken = [(name, other_name, other) for name, other_name, other in owners if other is not device]
        for name, other_name, other in taken[:1]:
            alike = "" if name == other_name else f" as '{other_name}'"
            line = document.line((*other.path, "name"))
            message = f"the device name '{name}' is already given{alike} in line {line}; each device needs its own"
            yield document.problem((*device.path, "name"), message)


def _buses_of_devices(document: Document, buses: Sequence[Found], devices: Iterable[Found]) -> Iterator[Problem]:
    names = {str(bus.path[-1]) for bus in buses}
    if not names or not document.complete(("buses",)) or not all(map(is_name, names)):
        return  # the name that is missing may be one that could not be read
    for device in devices:
        bus = device.get("bus")
        if bus and bus not in names:
            message = f"there is no bus '{bus}'{did_you_mean(bus, names) or f'; the buses are {listed(names)}'}"
            yield document.problem((*device.path, "bus"), message)


def _units(document: Document, buses: Iterable[Found], devices: Sequence[Found]) -> Iterator[Problem]:
    first: dict[tuple[str, int], int] = {}
    names = {bus.path[-1] for bus in buses}
    for number, device in enumerate(devices):
        bus = device.get("bus")
        taken: dict[int, list[int]] = defaultdict(list)
        for unit in device.get("unit") or () if bus in names else ():
            owner = first.setdefault((bus, unit), number)
            if owner != number:
                taken[owner].append(unit)
        for owner, units in taken.items():
            yield _unit_taken(document, device, devices[owner], units)


def _unit_taken(document: Document, device: Found, owner: Found, units: Sequence[int]) -> Problem:
    more = f" (and {len(units) - 1} more)" if len(units) > 1 else ""
    line = document.line((*owner.path, "unit"))
    name = next((f"'{name}'" for name, unit in expanded(owner) if unit == units[0]), "another device")
    message = f"unit {units[0]}{more} on bus '{device.get('bus')}' already belongs to {name} (line {line})"
    return document.problem((*device.path, "unit"), message)
