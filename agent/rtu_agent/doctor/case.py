"""What a check is given: the machine, and the site that is to run on it."""

from dataclasses import dataclass, field
from pathlib import Path

from rtu_agent.app import LoadedSite
from rtu_agent.bus.adapter import SYSTEM, Roots
from rtu_agent.bus.address import NetworkAddress, network_address
from rtu_agent.clock import Clock, SystemClock
from rtu_agent.doctor.user import User, current_user


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the system tells about itself, and on whose behalf it is asked."""

    roots: Roots = SYSTEM
    etc: Path = Path("/etc")
    run: Path = Path("/run")
    lib: Path = Path("/usr/lib")
    user: User = field(default_factory=current_user)
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, slots=True)
class Case:
    """A site on a machine."""

    machine: Machine
    config: Path
    loaded: LoadedSite

    @property
    def serial_ports(self) -> dict[str, str]:
        """By bus, the ports that are devices of this machine."""
        buses = self.loaded.site.buses.values()
        return {bus.name: bus.port for bus in buses if network_address(bus.port) is None}

    @property
    def addresses(self) -> dict[str, NetworkAddress]:
        """By bus, the ports that are somewhere on the network."""
        found = {bus.name: network_address(bus.port) for bus in self.loaded.site.buses.values()}
        return {bus: address for bus, address in found.items() if address is not None}
