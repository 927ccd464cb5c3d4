"""What is to be done where one site takes the place of another: who leaves, who comes, who only changes its pace. Pure.

The rule is the smallest change that a person would expect. A bus whose settings are the same keeps its port open. A
device whose entry and driver are the same is not touched; one with other intervals only goes on with them; one that is
another in any other way leaves and comes. Everybody on a bus that is restarted leaves and comes with it. An output with
the same settings and the same secrets keeps its connection. Names are what makes two entries one thing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rtu_agent.app.loading import LoadedSite
from rtu_agent.config.model import DeviceSettings, Site
from rtu_agent.driver_api import Driver
from rtu_agent.events import ConfigReloaded
from rtu_agent.output.contract import LocalOutput

Device = tuple[str, DeviceSettings, type[Driver]]
"""What a device is made from: the site's name, which is a tag of its records, its entry, its driver."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Names of one kind, each once, in the order of the file that they stand in."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restarted: tuple[str, ...] = ()
    adjusted: tuple[str, ...] = ()

    @property
    def leaving(self) -> frozenset[str]:
        """Who is there now and has to go, be it only to come back."""
        return frozenset((*self.removed, *self.restarted))

    @property
    def coming(self) -> frozenset[str]:
        """Who has to be made."""
        return frozenset((*self.added, *self.restarted))

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.restarted or self.adjusted)


@dataclass(frozen=True, slots=True)
class Change:
    """From one site to another."""

    buses: Difference
    devices: Difference
    outputs: Difference
    spool: bool
    """The limits of the spool are others."""

    def told(self, path: str) -> ConfigReloaded:
        """Return the event that says it in words."""

        def words(which: Callable[[Difference], tuple[str, ...]]) -> tuple[str, ...]:
            kinds = (("bus", self.buses), ("device", self.devices), ("output", self.outputs))
            return tuple(f"{kind} {name}" for kind, difference in kinds for name in which(difference))

        return ConfigReloaded(
            path,
            words(lambda one: one.added),
            words(lambda one: one.removed),
            words(lambda one: one.restarted),
            (*words(lambda one: one.adjusted), *(["the limits of the spool"] if self.spool else [])),
        )

    def touched(self, before: Site, after: Site) -> list[str]:
        """Return the buses that will carry something else than before."""
        devices = {*self.devices.coming, *self.devices.leaving, *self.devices.adjusted}
        where = {entry.bus for entry in (*before.devices, *after.devices) if entry.name in devices}
        return [name for name in after.buses if name in where or name in self.buses.coming]


def change(before: LoadedSite, after: LoadedSite, renewed: Iterable[str] = ()) -> Change:
    """Return what is to be done.

    Args:
        before: what runs.
        after: what shall run.
        renewed: outputs with a secret that is another one in the same place.
    """
    buses = _difference(before.site.buses, after.site.buses)
    changed = {name for name, entry in before.site.outputs.items() if after.site.outputs.get(name) != entry}
    outputs = _difference(before.site.outputs, after.site.outputs, {*changed, *renewed})
    devices = _devices(before, after, buses.leaving)
    return Change(buses, devices, outputs, before.site.spool != after.site.spool)


def fixed(before: LoadedSite, after: LoadedSite) -> list[tuple[tuple[str, ...], str]]:
    """Return what the running agent cannot change: where it stands in the file, and what is to be said of it."""
    here, there = before.site, after.site
    objections: list[tuple[tuple[str, ...], str]] = []
    if there.http.listen != here.http.listen:
        objections.append((("http", "listen"), f"the agent listens on {here.http.listen}; {_RESTART}"))
    if there.http.web != here.http.web:
        objections.append((("http", "web_config"), f"what protects the HTTP server is read once; {_RESTART}"))
    if there.state != here.state:
        objections.append((("state",), f"the agent keeps its state in {here.state}; {_RESTART}"))
    if _to_stdout(before) != _to_stdout(after):
        objections.append((("outputs",), f"standard output cannot be taken or given away while it runs; {_RESTART}"))
    return objections


def simulated(before: LoadedSite, after: LoadedSite) -> list[tuple[tuple[str, ...], str]]:
    """Return the same of what the simulator would have to know: it has the buses and devices of its start."""
    if before.site.buses != after.site.buses:
        return [(("buses",), f"simulated buses are made at the start; {_RESTART}")]
    if _played(after) <= _played(before):
        return []
    return [(("devices",), f"simulated devices are made at the start; {_RESTART}")]


_RESTART: Final = "restart it to change that"


def _to_stdout(loaded: LoadedSite) -> set[str]:
    types = ((name, loaded.output_types[entry.type]) for name, entry in loaded.site.outputs.items())
    return {name for name, output in types if issubclass(output, LocalOutput) and output.uses_stdout}


def _played(loaded: LoadedSite) -> set[tuple[str, int, type[Driver]]]:
    return {(entry.bus, entry.unit, loaded.driver_of(entry.driver)) for entry in loaded.site.devices}


def _difference(
    before: Mapping[str, object], after: Mapping[str, object], changed: set[str] | None = None
) -> Difference:
    others = {name for name in before if before[name] != after.get(name)} if changed is None else changed
    return Difference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        restarted=tuple(name for name in after if name in before and name in others),
    )


def _devices(before: LoadedSite, after: LoadedSite, leaving: frozenset[str]) -> Difference:
    old, new = _by_name(before), _by_name(after)
    kept = {name for name in old.keys() & new.keys() if old[name][1].bus not in leaving}
    same = {name for name in kept if _still(old[name]) == _still(new[name])}
    difference = _difference(old, new, old.keys() - same)
    paced = (name for name in new if name in same and _pace(old[name]) != _pace(new[name]))
    return Difference(difference.added, difference.removed, difference.restarted, tuple(paced))


def _by_name(loaded: LoadedSite) -> dict[str, Device]:
    return {entry.name: (loaded.site.site, entry, loaded.driver_of(entry.driver)) for entry in loaded.site.devices}


def _still(device: Device) -> tuple[object, ...]:
    """Return all that a device is made from but its pace."""
    site, entry, driver = device
    return site, entry.model_copy(update={"interval": None, "groups": {}}), driver


def _pace(device: Device) -> dict[str, float]:
    _, entry, driver = device
    return entry.intervals(driver)
