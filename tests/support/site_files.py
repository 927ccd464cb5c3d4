"""A small world for devices.yaml: a few drivers, two outputs, and a site that is right."""

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rtu_agent.config.load import load_site
from rtu_agent.config.model import Site
from rtu_agent.domain.document import Problem
from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.secret import Secret
from rtu_agent.driver_api import Driver, Serial, bits, u16
from rtu_agent.driver_api.errors import DefinitionError, Flaw, MapError

GOOD = """\
version: 1
site: plant-a
buses:
  floor1:
    port: /dev/ttyUSB0
    baudrate: 9600
    parity: none
devices:
  - name: main-meter
    bus: floor1
    unit: 1
    driver: eastron.sdm630
    interval: 5s
  - {name: "feeder-{unit}", bus: floor1, unit: 2-16, driver: eastron.sdm120}
"""


class Points(Driver, table="input"):
    """What a meter measures."""

    name = "acme.points"
    kind = "energy_meter"

    voltage_l1_n = u16(0, "V")
    voltage_l2_n = u16(1, "V")
    active_power = u16(2, "W")
    alarm = bits(3)


class Meter:
    """What the configuration wants of a driver class, and nothing else."""

    name = "eastron.sdm630"
    writes = False
    serial = Serial()
    intervals = MappingProxyType({"fast": 1.0, "normal": 5.0, "slow": 60.0, "once": 0.0})
    signals = Points.signals
    discovery = Points.discovery


class Counter:
    """A driver whose points are all slow."""

    name = "acme.counter"
    writes = False
    serial = Serial(unit=254)
    intervals = MappingProxyType({"slow": 60.0})


class Store(BaseModel):
    """Settings of a local output."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    directory: Path = Path("data")
    keep: Seconds = 2_592_000.0


class Server(BaseModel):
    """Settings of a network output."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$", examples=["http://localhost:8086"])]
    bucket: str
    token: Secret | None = None


OUTPUT_TYPES: dict[str, type[BaseModel]] = {"sqlite": Store, "influxdb": Server}

_INSTALLED: dict[str, Any] = {
    "eastron.sdm630": Meter,
    "eastron.sdm120": Meter,
    "generic.xy_md02": Meter,
    "acme.counter": Counter,
}


def driver(name: str, folder: Path) -> Any:
    """Stand in for the catalogue; a map is read, and good unless its text says otherwise."""
    if name == "acme.broken":
        raise DefinitionError("Broken", [Flaw("unit 'Watt' is not known", point="power"), Flaw("no kind is given")])
    if name.endswith(".yaml"):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        if "mistake" in text:
            raise MapError([Problem(str(path), 2, 1, "unknown key 'mistake'", 7)])
        return Meter
    return _INSTALLED[name]


def load(path: Path) -> Site:
    """Load a site of this world."""
    return load_site(path, driver, [*_INSTALLED, "acme.broken"], OUTPUT_TYPES)
