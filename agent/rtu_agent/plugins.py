"""What the installed distributions bring: drivers through one hook, outputs as one class each.

Drivers come from the modules under the entry-point group `rtu_agent.drivers` (see `driver_api.hookspecs`), outputs are
the classes under `rtu_agent.outputs`. What is bundled comes through the same doors. A plugin that cannot be loaded is
reported and does not keep the others from working.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final, TypeVar, cast

import pluggy

from rtu_agent import driver_api
from rtu_agent.domain.text import in_words
from rtu_agent.driver_api import DefinitionError, Driver, MapError, hookspecs, load_register_map
from rtu_agent.driver_api.header import API
from rtu_agent.output.contract import LocalOutput, NetworkOutput

OutputType = type[LocalOutput] | type[NetworkOutput]
OUTPUTS: Final = "rtu_agent.outputs"

_Found = TypeVar("_Found")


class PluginError(Exception):
    """Two plugins bring something of one name; each line of the message names both."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that cannot be used."""

    plugin: str
    """Its entry point."""
    distribution: str
    version: str
    error: str

    def __str__(self) -> str:
        return f"plugin '{self.plugin}' of {self.distribution} {self.version} cannot be used: {self.error}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A driver and where it comes from."""

    driver: type[Driver]
    distribution: str
    version: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} ({self.file}:{self.line})"


class DriverCatalogue:
    """The drivers of all distributions, by name.

    Raises:
        PluginError: two drivers have one name.
    """

    def __init__(self, entries: Iterable[Entry], failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        found = sorted(entries, key=lambda entry: entry.driver.name)
        if clashes := conflicts(found):
            raise PluginError("\n".join(clashes))
        self.entries: Mapping[str, Entry] = {entry.driver.name: entry for entry in found}

    def names(self) -> tuple[str, ...]:
        """Return the name of every driver, sorted."""
        return tuple(self.entries)

    def get(self, name: str) -> type[Driver] | None:
        """Return the driver of that name, or None."""
        entry = self.entries.get(name)
        return entry.driver if entry else None

    def resolve(self, name: str, folder: Path) -> type[Driver]:
        """Return the driver that a site file means by `name`: an installed one, or a register map under `folder`.

        Raises:
            KeyError: no driver of that name is installed.
            MapError: the register map has mistakes.
            OSError: the register map cannot be read.
        """
        return load_register_map(folder / name) if name.endswith(".yaml") else self.entries[name].driver


def conflicts(entries: Iterable[Entry]) -> list[str]:
    """Return a line for each driver that has the name of another one; it names both."""
    first: dict[str, Entry] = {}
    return [
        f"two drivers are named '{entry.driver.name}': {other} and {entry}"
        for entry in entries
        if (other := first.setdefault(entry.driver.name, entry)) is not entry
    ]


class OutputCatalogue(Mapping[str, OutputType]):
    """The output classes of all distributions, by the type that a site file gives.

    Raises:
        PluginError: two outputs have one type.
    """

    def __init__(self, outputs: Iterable[tuple[EntryPoint, OutputType]], failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        found: dict[str, tuple[EntryPoint, OutputType]] = {}
        for point, output in outputs:
            if other := found.get(point.name):
                both = f"{' '.join(_distribution(other[0]))} and {' '.join(_distribution(point))}"
                raise PluginError(f"two outputs are named '{point.name}': {both}")
            found[point.name] = point, output
        self._outputs = {name: output for name, (_, output) in sorted(found.items())}

    def __getitem__(self, name: str) -> OutputType:
        return self._outputs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)


def load_drivers() -> DriverCatalogue:
    """Return the drivers of all installed distributions.

    Raises:
        PluginError: two drivers have one name.
    """
    return DriverCatalogue(*found_drivers())


def found_drivers() -> tuple[list[Entry], list[Failure]]:
    """Return the drivers of all installed distributions, also those of one name, and the plugins that failed."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return _load(hookspecs.ENTRY_POINTS, lambda point: _entries(manager, point))


def load_outputs() -> OutputCatalogue:
    """Return the output classes of all installed distributions.

    Raises:
        PluginError: two outputs have one type.
    """
    return OutputCatalogue(*_load(OUTPUTS, _output))


def _load(group: str, load: Callable[[EntryPoint], list[_Found]]) -> tuple[list[_Found], list[Failure]]:
    """Return what the plugins of a group bring, and those of which nothing can be used.

    What they print meanwhile goes to standard error: standard output is for what a command was asked for.
    """
    found: list[_Found] = []
    failures: list[Failure] = []
    for point in sorted(entry_points(group=group), key=lambda point: (point.name, *_distribution(point))):
        try:
            with redirect_stdout(sys.stderr):
                found += load(point)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            failures.append(Failure(point.name, *_distribution(point), _said(error)))
    return found, failures


def _said(error: Exception) -> str:
    """Return what is wrong: each mistake of a driver on its own line, and nothing raw of other exceptions."""
    if isinstance(error, DefinitionError | MapError):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, ImportError) and error.name == driver_api.__name__:
        newer = f"this rtu-agent has driver API {API}; if the plugin is written for a newer one, update this rtu-agent"
        return f"{in_words(error)}; {newer}"
    return in_words(error)


def _entries(manager: pluggy.PluginManager, point: EntryPoint) -> list[Entry]:
    module = point.load()
    manager.register(module)
    hooks = [hook for hook in manager.hook.rtu_provide_drivers.get_hookimpls() if hook.plugin is module]
    if not hooks:
        raise TypeError(f"{point.value} has no function rtu_provide_drivers marked with @hookimpl")
    handed_over = cast("Iterable[object]", hooks[0].function())
    return [_entry(driver, point) for driver in handed_over]


def _entry(driver: object, point: EntryPoint) -> Entry:
    if not (isinstance(driver, type) and issubclass(driver, Driver)):
        raise TypeError(f"{point.value} hands over {driver!r}, which is no driver class")
    return Entry(driver, *_distribution(point), *(vars(driver).get("origin") or _place(driver)))


def _place(driver: type[Driver]) -> tuple[str, int]:
    """Return file and line of a class; the first line of its module for one that no class statement made."""
    try:
        return inspect.getfile(driver), inspect.getsourcelines(driver)[1]
    except OSError:
        return inspect.getfile(driver), 1


def _output(point: EntryPoint) -> list[tuple[EntryPoint, OutputType]]:
    output = point.load()
    if not (isinstance(output, type) and issubclass(output, LocalOutput | NetworkOutput)):
        raise TypeError(f"{point.value} is neither a LocalOutput nor a NetworkOutput")
    return [(point, output)]


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("an unknown distribution", "")
