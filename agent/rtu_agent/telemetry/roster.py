"""Who there is to tell about, by the names of the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RosterDevice:
    """One configured device."""

    name: str
    bus: str
    driver: str
    kind: str
    """The driver's kind, for example `energy_meter`."""


@dataclass(frozen=True, slots=True)
class Roster:
    """All names that may become a label or a row, in the order of the configuration.

    A name that is not in here came from a wire, not from a person; nothing is counted or kept under it.
    """

    site: str
    buses: tuple[str, ...]
    devices: tuple[RosterDevice, ...]
    outputs: tuple[str, ...]

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers in use, each once."""
        return tuple(dict.fromkeys(device.driver for device in self.devices))

    def on(self, bus: str) -> tuple[str, ...]:
        """The names of the devices of a bus."""
        return tuple(device.name for device in self.devices if device.bus == bus)
