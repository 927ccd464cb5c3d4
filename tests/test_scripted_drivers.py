"""From a simulated bus to the database: drivers with pages, a latch, and variants that are found out."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import minimalmodbus
import pytest

from rtu_agent.app import Agent, LoadedSite, objection_to
from rtu_agent.cli.answers import as_text
from rtu_agent.cli.load_report import unforeseen
from rtu_agent.clock import SystemClock
from rtu_agent.config.load import ConfigError, load_site
from rtu_agent.config.model import Site
from rtu_agent.driver_api import Driver, Points, Script, Write, script, u16, variants_by
from rtu_agent.events import DeviceRecognised, Event, PollFinished, Watchers
from rtu_agent.forecast import forecasts
from rtu_agent.inquiry import inquire
from rtu_agent.plugins import load_outputs
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.site import SimulatedBus, simulated_site

SITE: Final = """
version: 1
site: here
buses:
  b: {port: /dev/null, baudrate: 19200, stop_bits: 2, timeout: 300ms}
devices:
  - {name: paged, bus: b, unit: 1, driver: made.paged, interval: 300ms, allow_writes: true}
  - {name: latched, bus: b, unit: 2, driver: made.latched, groups: {slow: 500ms}, allow_writes: true}
  - {name: various, bus: b, unit: 3, driver: made.various, interval: 300ms}
outputs:
  sqlite: {directory: data}
http: {listen: "127.0.0.1:0"}
"""
PAGE: Final = 0x0100


class Paged(Driver, table="holding"):
    """Two phases at one address."""

    name = "made.paged"
    kind = "energy_meter"

    frequency = u16(0x0000, "Hz", scale=0.01)
    voltage_l1_n = u16(0x0200, "V", scale=0.1, page=(PAGE, 1))
    voltage_l2_n = u16(0x0200, "V", scale=0.1, page=(PAGE, 2))


class Latched(Driver, table="holding"):
    """Copies its demand when it is told to."""

    name = "made.latched"
    kind = "energy_meter"

    active_power_demand = u16(0x2002, "W", group="slow")

    @script("slow", writes=True)
    def latch(self, points: Points) -> Script:
        """Latch, then read."""
        yield Write(0x2000, 1)
        yield from points


class Small(Driver, table="holding"):
    """What any of them has."""

    name = "made.small"
    kind = "environment"

    temperature = u16(0x0000, "°C", scale=0.1)


class Large(Small):
    """Has more."""

    name = "made.large"

    humidity_relative = u16(0x0001, "%", scale=0.1, group="fast")


class Various(Small):
    """Is large, if it says so."""

    name = "made.various"

    _model = u16(0x0300)
    variants = variants_by(_model, {7: Large})


DRIVERS: Final[Mapping[str, type[Driver]]] = {one.name: one for one in (Paged, Latched, Various)}


def site_in(folder: Path, text: str = SITE) -> Site:
    """Load the site."""
    path = folder / "devices.yaml"
    path.write_text(text, encoding="utf-8")
    settings = {name: output.Settings for name, output in load_outputs().items()}
    return load_site(path, lambda name, _: DRIVERS[name], [*DRIVERS], settings, objection_to)


@pytest.fixture(scope="module")
def ports() -> Iterator[Mapping[str, str]]:
    """The bus, simulated for all tests."""
    units = {1: Paged, 2: Latched, 3: Various}
    with simulated_site([SimulatedBus("b", LineSettings(19200, "none", 2), units)]) as ports:
        yield ports


@contextmanager
def page_of(ports: Mapping[str, str]) -> Iterator[Callable[[], int]]:
    """Read and write the page register as another master would; nobody else uses the bus meanwhile."""
    meter = minimalmodbus.Instrument(ports["b"], 1)
    assert meter.serial is not None
    meter.serial.baudrate, meter.serial.timeout = 19200, 1.0
    with closing(meter.serial):
        yield lambda: int(meter.read_register(PAGE))


async def polled(site: Site, ports: Mapping[str, str], enough: Callable[[list[Event]], bool]) -> list[Event]:
    """Run the agent until enough has happened."""
    said: list[Event] = []
    stop = asyncio.Event()

    def watch(event: Event) -> None:
        said.append(event)
        if enough(said):
            stop.set()

    loaded = LoadedSite(site, DRIVERS.__getitem__, load_outputs())
    agent = Agent(site, loaded.driver_of, loaded.output_types, Watchers(watch), SystemClock(), ports)
    async with asyncio.timeout(30):
        await agent.run(stop)
    return said


def test_their_values_are_stored_and_the_page_is_as_it_was_found(tmp_path: Path, ports: Mapping[str, str]) -> None:
    """All polls are good; what was found out is polled in the groups that it has."""
    with page_of(ports) as page:
        found = page()

    def enough(said: list[Event]) -> bool:
        polls = [(event.device, event.group) for event in said if isinstance(event, PollFinished)]
        return all(
            polls.count(one) > 1
            for one in [("paged", "normal"), ("latched", "slow"), ("various", "fast"), ("various", "normal")]
        )

    said = asyncio.run(polled(site_in(tmp_path), ports, enough))

    assert {event.outcome for event in said if isinstance(event, PollFinished)} == {"good"}
    [recognised] = [event for event in said if isinstance(event, DeviceRecognised)]
    assert (recognised.device, recognised.driver) == ("various", "made.large")
    [file] = (tmp_path / "data").glob("readings-*.sqlite")
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT DISTINCT device, field FROM readings WHERE value IS NOT NULL").fetchall()
    assert {row for row in rows if row[1] not in ("quality", "text")} == {
        ("paged", "frequency_hz"),
        ("paged", "voltage_l1_n_v"),
        ("paged", "voltage_l2_n_v"),
        ("latched", "active_power_demand_w"),
        ("various", "temperature_c"),
        ("various", "humidity_relative_pct"),
    }
    with page_of(ports) as page:
        assert page() == found


def test_they_are_asked_once_from_the_command_line(tmp_path: Path, ports: Mapping[str, str]) -> None:
    """With what was found out, and the page of each block."""
    site = site_in(tmp_path)
    loaded = LoadedSite(site, DRIVERS.__getitem__, load_outputs())

    asked = asyncio.run(inquire(loaded, site.devices, lambda *_: None, SystemClock(), ports))

    paged, latched, various = map(as_text, asked)
    assert all(one.good for one in asked), (paged, latched, various)
    assert "holding 0x0200+1 on page 2" in paged
    assert "active_power_demand_w" in latched
    assert "made.large" in various
    assert "humidity_relative_pct" in various


def test_what_pages_and_scripts_take_is_foreseen(tmp_path: Path) -> None:
    """A page costs a look at its register, two writes, and its blocks; a latch one write."""
    site = site_in(tmp_path)
    [bus] = forecasts(LoadedSite(site, DRIVERS.__getitem__, load_outputs()), None)

    takes = {(load.job.device, load.job.group): load.transactions for load in bus.load.groups}
    assert takes["paged", "normal"] == 9
    assert takes["latched", "slow"] == 2
    assert bus.load.fits
    assert unforeseen([bus]) == "not foreseen: what is found out about various"


def test_writes_must_be_allowed(tmp_path: Path) -> None:
    """Each device for itself; the place is that of its driver."""
    text = SITE.replace("interval: 300ms, allow_writes: true", "interval: 300ms")

    with pytest.raises(ConfigError, match=r"devices\.yaml:7:44: .*'made\.paged' reads some points by writing"):
        site_in(tmp_path, text)


def test_what_cannot_be_planned_is_a_mistake_of_the_site(tmp_path: Path) -> None:
    """Found before anything is polled, and said once however many devices have the driver."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE.replace("unit: 3", "unit: 3-5").replace("name: various", 'name: "various-{unit}"'), "utf-8")

    def object_to(driver: type[Driver]) -> str | None:
        return "it is too wide" if driver is Various else objection_to(driver)

    settings = {name: output.Settings for name, output in load_outputs().items()}
    with pytest.raises(ConfigError) as error:
        load_site(path, lambda name, _: DRIVERS[name], [*DRIVERS], settings, object_to)

    [problem] = error.value.problems
    assert problem.message == "driver 'made.various': it is too wide"
