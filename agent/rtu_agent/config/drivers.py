"""Do the drivers that the devices name exist, and have they the groups that the devices set?"""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from rtu_agent.config.model import GROUPS_OF_INTERVAL
from rtu_agent.config.reading import Found
from rtu_agent.config.sentences import listed
from rtu_agent.config.units import HIGHEST_UNIT, outside
from rtu_agent.domain.document import Document, Problem, did_you_mean
from rtu_agent.driver_api import Driver
from rtu_agent.driver_api.errors import DefinitionError, MapError
from rtu_agent.normalize.deadband import names_of

MAP_SUFFIX: Final = ".yaml"
"""A `driver` that ends so is the path of a register map."""

Resolve = Callable[[str, Path], type[Driver]]
"""Takes what stands at `driver` and the directory from which the path of a register map starts.

Raises MapError or DefinitionError for a driver with mistakes, OSError for a map that cannot be read.
"""

ObjectTo = Callable[[type[Driver]], str | None]
"""Says why a driver cannot be polled at all, or None."""


def no_objection(_: type[Driver]) -> str | None:
    """Take every driver for one that can be polled."""
    return None


class DriverCheck:
    """Compares devices with their drivers; asks for each driver once."""

    def __init__(self, document: Document, resolve: Resolve, names: Collection[str], object_to: ObjectTo) -> None:
        self._document = document
        self._folder = Path(document.file).parent
        self._resolve = resolve
        self._names = names
        self._object = object_to
        self._planned: set[type[Driver]] = set()
        self._known: dict[str, type[Driver] | None] = {}
        self._mistakes: dict[str, list[str]] = {}

    def __call__(self, device: Found) -> Iterator[Problem]:
        """Yield what is wrong between a device and its driver; what is wrong in a map is yielded once."""
        name = device.get("driver")
        if name is None:
            return
        if name not in self._known:
            yield from self._load(name)
        for mistake in self._mistakes[name]:
            yield self._document.problem((*device.path, "driver"), mistake)
        if driver := self._known[name]:
            yield from self._groups(device, driver)
            yield from self._reserved(device, driver)
            yield from self._writes(device, driver)
            yield from self._plans(device, driver)
            yield from self._report(device, driver)

    def _load(self, name: str) -> Iterator[Problem]:
        self._known[name], self._mistakes[name] = None, []
        if not name.endswith(MAP_SUFFIX) and name not in self._names:
            self._mistakes[name] = [self._unknown(name)]
            return
        try:
            self._known[name] = self._resolve(name, self._folder)
        except MapError as error:
            yield from error.problems
        except DefinitionError as error:
            self._mistakes[name] = [f"driver '{name}' is broken: {line}" for line in str(error).splitlines()]
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._mistakes[name] = [f"the register map {self._folder / name} cannot be read: {reason}"]

    def _unknown(self, name: str) -> str:
        if "/" in name or "\\" in name:
            return f"there is no driver '{name}'; the name of a register map ends with {MAP_SUFFIX}"
        meant = did_you_mean(name, self._names)
        return f"there is no driver '{name}'{meant or ';'} installed: {listed(self._names) or 'none'}"

    def _reserved(self, device: Found, driver: type[Driver]) -> Iterator[Problem]:
        """Addresses above 247 are for devices that have one from the factory."""
        for unit in device.get("unit") or ():
            if unit > HIGHEST_UNIT and driver.serial.unit <= HIGHEST_UNIT:
                yield self._document.problem((*device.path, "unit"), outside(unit))
                return

    def _writes(self, device: Found, driver: type[Driver]) -> Iterator[Problem]:
        if driver.writes and not device.get("allow_writes"):
            message = (
                f"driver '{driver.name}' reads some points by writing to the device first, which must be allowed: "
                "add `allow_writes: true`"
            )
            yield self._document.problem((*device.path, "driver"), message)

    def _plans(self, device: Found, driver: type[Driver]) -> Iterator[Problem]:
        """A driver may ask for what no request can carry; that is said once, where it is named first."""
        if driver not in self._planned:
            self._planned.add(driver)
            if objection := self._object(driver):
                yield self._document.problem((*device.path, "driver"), f"driver '{driver.name}': {objection}")

    def _report(self, device: Found, driver: type[Driver]) -> Iterator[Problem]:
        """A deadband is of an amount, or of all of a quantity; what is found out later is not known yet."""
        report = device.get("report")
        if report is None or driver.discovery() is not None:
            return
        measured = [signal for signal in driver.signals if signal.group != "once"]
        of_amounts = {name for signal in measured if signal.kind == "float" for name in names_of(signal)}
        others = {name for signal in measured for name in names_of(signal)} - of_amounts
        for name in report.deadband.keys() - of_amounts:
            if name in others:
                message = f"'{name}' is no amount; every change of it is stored"
            else:
                meant = did_you_mean(name, of_amounts) or f"; its amounts are {listed(of_amounts)}"
                message = f"driver '{driver.name}' has no amount '{name}'{meant}"
            yield self._document.problem((*device.path, "report", "deadband", name), message, key=True)

    def _groups(self, device: Found, driver: type[Driver]) -> Iterator[Problem]:
        for group in device.get("groups") or {}:
            if group not in driver.intervals:
                message = f"driver '{driver.name}' has no group '{group}'; its groups are {listed(driver.intervals)}"
                yield self._document.problem((*device.path, "groups", group), message, key=True)
        if device.get("interval") and not any(group in driver.intervals for group in GROUPS_OF_INTERVAL):
            wanted = " and ".join(GROUPS_OF_INTERVAL)
            message = f"'interval' sets the groups {wanted}, but driver '{driver.name}' has {listed(driver.intervals)}"
            yield self._document.problem((*device.path, "interval"), message, key=True)
