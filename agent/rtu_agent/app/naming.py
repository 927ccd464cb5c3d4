"""What the devices, their points and the outputs of a site are called, for whoever counts, shows or stores them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from rtu_agent.config.model import Site
from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.record import Field
from rtu_agent.driver_api import Driver
from rtu_agent.driver_api.places import places_of
from rtu_agent.output.rollup import Names
from rtu_agent.poll.device_plans import ONCE
from rtu_agent.telemetry.roster import Roster, RosterDevice


def names_in(site: Site, driver_of: Callable[[str], type[Driver]]) -> Callable[[str], Names]:
    """Return what tells the fields of a device by their names; there are none of a device that is not in the site."""
    fields = {}
    for entry in site.devices:
        driver = driver_of(entry.driver)
        held_s = entry.report.heartbeat + max(entry.intervals(driver).values()) if entry.report else 0.0
        known = (replace(signal.field, held_s=held_s) for signal in driver.signals)
        fields[entry.name] = {field.name: field for field in known}
    return lambda device: fields.get(device, {})


def kinds_in(site: Site, driver_of: Callable[[str], type[Driver]]) -> dict[str, tuple[Field, ...]]:
    """Return by measurement the fields that its records have; what is read at start only is not among them.

    Where two drivers of one kind disagree about a field, it is a counter if it is one for either.
    """
    kinds: dict[str, dict[str, Field]] = {}
    for driver in {entry.driver: driver_of(entry.driver) for entry in site.devices}.values():
        fields = kinds.setdefault(driver.kind, {})
        for signal in driver.signals:
            if signal.group != ONCE and (signal.field.name not in fields or signal.counter):
                fields[signal.field.name] = signal.field
    return {kind: tuple(fields.values()) for kind, fields in kinds.items()}


def roster_of(site: Site, driver_of: Callable[[str], type[Driver]], outputs: Iterable[str]) -> Roster:
    """Return the names of everybody in the site, for metrics and views; `outputs` with their rollups."""
    devices = []
    places_by_driver: dict[type[Driver], tuple[PointPlace, ...]] = {}
    for entry in site.devices:
        driver = driver_of(entry.driver)
        if driver not in places_by_driver:
            places_by_driver[driver] = places_of(driver)
        places = places_by_driver[driver]
        devices.append(RosterDevice(entry.name, entry.bus, driver.name, driver.kind, entry.unit, places))
    ports = {name: bus.port for name, bus in site.buses.items()}
    return Roster(site.site, tuple(site.buses), tuple(devices), tuple(outputs), ports)
