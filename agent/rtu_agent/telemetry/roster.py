"""Who there is to tell about, by the names of the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtu_agent.domain.point_place import PointPlace


@dataclass(frozen=True, slots=True)
class RosterDevice:
    """One configured device."""

    name: str
    bus: str
    driver: str
    kind: str
    """The driver's kind, for example `energy_meter`."""
    unit: int = 0
    """Its address on the bus."""
    places: tuple[PointPlace, ...] = ()
    """Where its driver finds the values of its records; shared by all devices of that driver."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All names that may become a label or a row, in the order of the configuration.

    A name that is not in here came from a wire, not from a person; nothing is counted or kept under it.
    """

    site: str
    buses: tuple[str, ...]
    devices: tuple[RosterDevice, ...]
    outputs: tuple[str, ...]
    ports: Mapping[str, str] = field(default_factory=dict)
    """By bus, how it is reached."""

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers in use, each once."""
        return tuple(dict.fromkeys(device.driver for device in self.devices))

    def on(self, bus: str) -> tuple[str, ...]:
        """The names of the devices of a bus."""
        return tuple(device.name for device in self.devices if device.bus == bus)
