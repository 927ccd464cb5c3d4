"""`rtu-agent drivers`."""

import inspect
import json
import sys
from dataclasses import asdict

import click

from rtu_agent.cli import exit_codes
from rtu_agent.driver_api import Point
from rtu_agent.plugins import Entry, load_drivers


@click.group()
def command() -> None:
    """List and explain the drivers."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_drivers(as_json: bool) -> None:
    """List every installed driver and where it comes from."""
    catalogue = load_drivers()
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
    entry = load_drivers().entries.get(name)
    if entry is None:
        click.echo(f"no driver {name!r} is installed; `rtu-agent drivers list` lists them", err=True)
        sys.exit(exit_codes.FAILED)
    if as_json:
        click.echo(json.dumps(_about(entry) | {"points": [_point(point) for point in entry.driver.points]}))
        return
    serial = entry.driver.serial
    click.echo(f"{name}: {inspect.getdoc(entry.driver)}\n\nfrom {entry}")
    click.echo(f"factory settings: {serial.baudrate} baud, parity {serial.parity}, unit {serial.unit}\n")
    for point in entry.driver.points:
        click.echo("{point:<34} {table:<14} {address:<8} {type:<7} {group:<7} {field}".format(**_point(point)))


def _about(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.driver.name,
        "kind": entry.driver.kind,
        "serial": asdict(entry.driver.serial),
        "distribution": entry.distribution,
        "version": entry.version,
        "file": entry.file,
        "line": entry.line,
    }


def _point(point: Point) -> dict[str, str]:
    return {
        "point": point.name,
        "table": point.table,
        "address": f"0x{point.address:04X}",
        "type": point.codec.type,
        "group": point.group,
        "field": point.field.name,
    }
