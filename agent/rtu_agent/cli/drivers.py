"""`rtu-agent drivers`."""

import inspect
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from rtu_agent.cli import exit_codes
from rtu_agent.config.report import render
from rtu_agent.driver_api import Driver, MapError, Point, Signal, load_register_map
from rtu_agent.plugins import DriverCatalogue, Entry, PluginError, load_drivers


@click.group()
def command() -> None:
    """List and explain the drivers."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_drivers(as_json: bool) -> None:
    """List every installed driver and where it comes from."""
    catalogue = _catalogue()
    if as_json:
        click.echo(json.dumps([_about(entry) for entry in catalogue.entries.values()]))
    else:
        for name, entry in catalogue.entries.items():
            click.echo(f"{name:<20} {entry.driver.kind:<16} {entry}")
    for failure in catalogue.failures:
        click.echo(str(failure), err=True)


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Show one driver: what it is for, its factory settings and its points."""
    entry = _catalogue().entries.get(name)
    if entry is None:
        click.echo(f"no driver {name!r} is installed; `rtu-agent drivers list` lists them", err=True)
        sys.exit(exit_codes.FAILED)
    if as_json:
        click.echo(json.dumps(_about(entry) | {"points": [_signal(signal) for signal in _signals(entry.driver)]}))
        return
    driver, serial = entry.driver, entry.driver.serial
    click.echo(f"{name}: {inspect.getdoc(driver)}\n\nfrom {entry}")
    for word, said in (("products", ", ".join(driver.products)), ("source", driver.source)):
        if said:
            click.echo(f"{word}: {said}")
    if driver.writes:
        click.echo("writes: pages or scripts; the entry of each device must say `allow_writes: true`")
    click.echo(f"factory settings: {serial.baudrate} baud, parity {serial.parity}, unit {serial.unit}\n")
    for signal in _signals(driver):
        click.echo("{point:<34} {table:<14} {address:<8} {type:<14} {group:<7} {field}".format(**_signal(signal)))


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print what was checked as JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check register maps; say everything that is wrong with them, or what they hold."""
    drivers: dict[Path, type[Driver]] = {}
    code = exit_codes.OK
    for file in files:
        try:
            drivers[file] = load_register_map(file)
        except MapError as error:
            click.echo(render(error.problems, _texts(problem.file for problem in error.problems)), err=True)
            code = exit_codes.CONFIG_INVALID
        except OSError as error:
            click.echo(f"{file}: {error.strerror or error}", err=True)
            code = code or exit_codes.of_os_error(error)
    if as_json:
        click.echo(json.dumps([_checked(file, driver) for file, driver in drivers.items()]))
    else:
        for file, driver in drivers.items():
            click.echo(
                "{file}: ok: {name}, {stored} points, {registers} registers or bits".format(**_checked(file, driver))
            )
    sys.exit(code)


def _catalogue() -> DriverCatalogue:
    """Return what is installed; leave when two drivers have one name."""
    try:
        return load_drivers()
    except PluginError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.FAILED)


def _texts(files: Iterable[str]) -> dict[str, str]:
    return {file: Path(file).read_text(encoding="utf-8", errors="replace") for file in {*files}}


def _checked(file: Path, driver: type[Driver]) -> dict[str, object]:
    addresses = {(point.table, address) for point in driver.registers for address in point.addresses}
    return {"file": str(file), "name": driver.name, "stored": len(driver.signals), "registers": len(addresses)}


def _about(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.driver.name,
        "kind": entry.driver.kind,
        "products": entry.driver.products,
        "source": entry.driver.source,
        "confidence": entry.driver.confidence,
        "api": entry.driver.api,
        "writes": entry.driver.writes,
        "serial": asdict(entry.driver.serial),
        "distribution": entry.distribution,
        "version": entry.version,
        "file": entry.file,
        "line": entry.line,
    }


def _signals(driver: type[Driver]) -> list[Signal]:
    """Return what a driver stores, then what it reads for the sake of that."""
    return [*driver.signals, *(point for point in driver.registers if point.is_hidden)]


def _signal(signal: Signal) -> dict[str, str]:
    said = {
        "point": signal.name,
        "group": "" if signal.is_hidden else signal.group,
        "field": "" if signal.is_hidden else signal.field.name,
    }
    if isinstance(signal, Point):
        return said | {"table": signal.table, "address": f"0x{signal.address:04X}", "type": signal.codec.type}
    return said | {"table": "", "address": "", "type": "derived"}
