"""Drivers are polled on ptys as they are in the contract of drivers, where no real time passes: to the end.

There it is every driver; here it is one of each sort, because what takes seconds may be disturbed by a busy machine.
"""

import asyncio
from pathlib import Path

from rtu_agent.app import LoadedSite, objection_to
from rtu_agent.cli.answers import as_text
from rtu_agent.clock import SystemClock
from rtu_agent.config.load import load_site
from rtu_agent.inquiry import inquire
from rtu_agent.plugins import load_drivers, load_outputs
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.site import SimulatedBus, simulated_site

HEAD = """
version: 1
site: here
buses:
  b: {port: /dev/null, baudrate: 115200, stop_bits: 2, timeout: 1s}
devices:
"""


# Flags, a stride of two, another byte order, a chain of models, a discovery, scales in registers.
SORTS = ("waveshare.io_8ch", "jk.pb", "vaisala.hmp110", "sunspec.inverter", "sungrow.sg", "autonics.tk4")


def test_a_driver_of_each_sort_is_polled_on_ptys(tmp_path: Path) -> None:
    """All of them on one bus, each asked for everything once."""
    catalogue = load_drivers()
    units = dict(enumerate(SORTS, start=1))
    entries = "".join(
        f"  - {{name: d{unit}, bus: b, unit: {unit}, driver: {name}, allow_writes: true}}\n"
        for unit, name in units.items()
    )
    path = tmp_path / "devices.yaml"
    path.write_text(HEAD + entries + "outputs:\n  sqlite: {directory: data}\n", encoding="utf-8")
    outputs = load_outputs()
    settings = {name: output.Settings for name, output in outputs.items()}
    site = load_site(path, catalogue.resolve, catalogue.names(), settings, objection_to)
    drivers = {name: catalogue.entries[name].driver for name in units.values()}
    loaded = LoadedSite(site, drivers.__getitem__, outputs)

    bus = SimulatedBus("b", LineSettings(115200, "none", 2), {unit: drivers[name] for unit, name in units.items()})
    with simulated_site([bus]) as ports:
        asked = asyncio.run(inquire(loaded, site.devices, lambda *_: None, SystemClock(), ports))

    assert [as_text(one) for one in asked if not one.good] == []
    assert len(asked) == len(units)
