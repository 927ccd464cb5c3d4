"""A site on a made-up machine, for the doctor."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rtu_agent.app import LoadedSite
from rtu_agent.bus.adapter import Roots
from rtu_agent.clock import HandClock
from rtu_agent.config.load import load_site
from rtu_agent.doctor.case import Case, Machine
from rtu_agent.doctor.user import User
from rtu_agent.plugins import DriverCatalogue, OutputCatalogue, load_drivers, load_outputs
from support.servers import free_port

ALICE = User("alice", frozenset({"alice"}), frozenset())


def machine(folder: Path, roots: Roots | None = None, user: User = ALICE) -> Machine:
    """Return a machine whose files are below `folder`."""
    places = roots or Roots(folder / "dev", folder / "sys", folder / "proc")
    return Machine(places, folder / "etc", folder / "run", folder / "lib", user, HandClock())


def case(folder: Path, ports: dict[str, str], on: Machine | None = None, **site: Any) -> Case:
    """Return a site with a bus at each port and a device on each bus."""
    devices = [{"name": f"meter-{bus}", "bus": bus, "unit": 1, "driver": "eastron.sdm120"} for bus in ports]
    buses = {bus: {"port": port} for bus, port in ports.items()}
    config = folder / "devices.yaml"
    known = {"version": 1, "site": "s", "buses": buses, "devices": devices}
    nobody = {"listen": f"127.0.0.1:{free_port()}"}
    config.write_text(yaml.safe_dump({**known, "http": nobody, **site}))
    return Case(on or machine(folder), config, _loaded(config))


def _loaded(config: Path) -> LoadedSite:
    drivers, outputs = _installed()
    settings = {name: output.Settings for name, output in outputs.items()}
    site = load_site(config, drivers.resolve, drivers.names(), settings)
    return LoadedSite(site, lambda name: drivers.resolve(name, config.parent), outputs)


@cache
def _installed() -> tuple[DriverCatalogue, OutputCatalogue]:
    """Loading all drivers takes longer than a check."""
    return load_drivers(), load_outputs()
