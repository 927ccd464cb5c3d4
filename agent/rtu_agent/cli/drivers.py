"""`rtu-agent drivers`."""

import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from rtu_agent.cli import exit_codes
from rtu_agent.config.report import render
from rtu_agent.domain.problem import did_you_mean
from rtu_agent.domain.quantity import only_grows
from rtu_agent.driver_api import Driver, MapError, Point, Signal, load_register_map
from rtu_agent.plugins import Entry, conflicts, found_drivers
from rtu_agent.scaffold import ScaffoldError, names_of, write_package


@click.group()
def command() -> None:
    """List and explain the drivers."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_drivers(as_json: bool) -> None:
    """List every installed driver and where it comes from, and what could not be loaded and why.

    Exits with 1 when something could not be loaded, or when two drivers have one name.
    """
    entries, failures = found_drivers()
    entries.sort(key=lambda entry: entry.driver.name)
    clashes = conflicts(entries)
    if as_json:
        listed = [_about(entry) for entry in entries]
        failed = [asdict(failure) for failure in failures]
        click.echo(json.dumps({"drivers": listed, "failures": failed, "conflicts": clashes}))
    else:
        for entry in entries:
            driver = entry.driver
            head = f"{driver.name:<24} {driver.kind:<20} API {driver.api}  {entry}"
            click.echo(": ".join(filter(None, [head, ", ".join(driver.products)])))
    for line in (*failures, *clashes):
        click.echo(str(line), err=True)
    sys.exit(exit_codes.FAILED if failures or clashes else exit_codes.OK)


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Show one driver: what it is for, its factory settings and its points."""
    entries, _ = found_drivers()
    named = [entry for entry in entries if entry.driver.name == name]
    for clash in conflicts(named):
        click.echo(clash, err=True)
    if len(named) > 1:
        sys.exit(exit_codes.FAILED)
    if not named:
        meant = did_you_mean(name, (entry.driver.name for entry in entries))
        click.echo(f"no driver {name!r} is installed{meant or '; `rtu-agent drivers list` lists them'}", err=True)
        sys.exit(exit_codes.FAILED)
    [entry] = named
    if as_json:
        click.echo(json.dumps(_about(entry) | {"points": [_signal(signal) for signal in _signals(entry.driver)]}))
        return
    driver, serial = entry.driver, entry.driver.serial
    click.echo(f"{name}: {inspect.getdoc(driver)}\n\nfrom {entry}")
    facts = {"products": ", ".join(driver.products), "source": driver.source, "driver API": str(driver.api)}
    for word, said in facts.items():
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
    for file, driver in drivers.items():
        for name in _uncounted(driver):
            click.echo(f"{file}: {name} only grows: say `counter: true`, unless this one may fall", err=True)
    if as_json:
        click.echo(json.dumps([_checked(file, driver) for file, driver in drivers.items()]))
    else:
        for file, driver in drivers.items():
            click.echo(
                "{file}: ok: {name}, {stored} points, {registers} registers or bits".format(**_checked(file, driver))
            )
    sys.exit(code)


@command.command()
@click.argument("name")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to make it  [default: ./rtu-driver-VENDOR-MODEL]",
)
@click.option("--map", "as_map", is_flag=True, help="Describe the device by a register map instead of a class.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def new(name: str, directory: Path | None, as_map: bool, as_json: bool) -> None:
    """Make a package for the driver NAME, such as acme.em1: it can be installed, and its tests pass."""
    try:
        names = names_of(name)
    except ScaffoldError as error:
        raise click.UsageError(str(error)) from None
    for entry in found_drivers()[0]:
        if entry.driver.name == name:
            click.echo(f"a driver named '{name}' is installed already: {entry}", err=True)
            sys.exit(exit_codes.FAILED)
    folder = directory or Path(names.distribution)
    try:
        files = write_package(folder, names, as_map=as_map)
    except ScaffoldError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.FAILED)
    except OSError as error:
        click.echo(f"{error.filename or folder}: {error.strerror or error}", err=True)
        sys.exit(exit_codes.of_os_error(error))
    if as_json:
        click.echo(json.dumps({"name": name, "directory": str(folder), "files": [str(file) for file in files]}))
        return
    for file in files:
        click.echo(str(file))
    click.echo(f"next: cd {folder} && pip install --editable '.[test]' && pytest", err=True)


def _texts(files: Iterable[str]) -> dict[str, str]:
    return {file: Path(file).read_text(encoding="utf-8", errors="replace") for file in {*files}}


def _uncounted(driver: type[Driver]) -> Iterator[str]:
    """Yield what is no counter though its name says that it only grows: a wrong reading of it would be stored."""
    for signal in driver.signals:
        if signal.quantity and only_grows(signal.name) and not signal.counter:
            yield signal.name


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
