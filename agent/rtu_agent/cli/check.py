"""`rtu-agent check`."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from rtu_agent.app import LoadedSite
from rtu_agent.cli import exit_codes, load_report
from rtu_agent.cli.duration import DURATION
from rtu_agent.cli.site_file import config_option, load_or_leave
from rtu_agent.forecast import BusForecast, forecasts
from rtu_agent.poll.polled import PolledDevice

EVERY_DEVICE: Final = "*"


@click.command()
@config_option
@click.option(
    "--plan", "planned", metavar="[DEVICE]", is_flag=False, flag_value=EVERY_DEVICE, help="Print the blocks as well."
)
@click.option("--turnaround", "turnaround_s", type=DURATION, help="Assume that every device thinks so long: 20ms.")
@click.option("--json", "as_json", is_flag=True, help="Print what was checked as JSON.")
def command(config: Path, planned: str | None, turnaround_s: float | None, as_json: bool) -> None:
    """Check devices.yaml; say everything that is wrong with it, or what its buses will carry."""
    loaded = load_or_leave(config, as_json=as_json)
    chosen = _chosen(loaded, planned)
    buses = forecasts(loaded, turnaround_s)
    plans = [(bus, device) for bus in buses for device in bus.devices if device.name in chosen]
    if as_json:
        click.echo(json.dumps(_as_dict(config, loaded, buses, plans)))
    else:
        _say(config, loaded, buses, plans)
    objections = [objection for bus in buses if (objection := bus.objection) is not None]
    for objection in objections:
        click.echo(f"{config}: {objection}", err=True)
    sys.exit(exit_codes.CONFIG_INVALID if objections else exit_codes.OK)


def _chosen(loaded: LoadedSite, planned: str | None) -> set[str]:
    names = {entry.name for entry in loaded.site.devices}
    if planned is None:
        return set()
    if planned != EVERY_DEVICE and planned not in names:
        raise click.BadParameter(f"the site has no device {planned!r}", param_hint="--plan")
    return names if planned == EVERY_DEVICE else {planned}


def in_short(loaded: LoadedSite) -> str:
    """Return what a site is: its name and how much of what it has."""
    said = ", ".join(_counted(count, word) for word, count in _counts(loaded).items())
    return f"site {loaded.site.site}, {said}"


def _counts(loaded: LoadedSite) -> dict[str, int]:
    site = loaded.site
    return {"buses": len(site.buses), "devices": len(site.devices), "outputs": len(site.outputs)}


def _as_dict(
    config: Path, loaded: LoadedSite, buses: list[BusForecast], plans: list[tuple[BusForecast, PolledDevice]]
) -> dict[str, Any]:
    answer = {"file": str(config), "site": loaded.site.site, **_counts(loaded)}
    answer["load"] = [load_report.as_dict(bus) for bus in buses]
    if plans:
        answer["plans"] = [load_report.plan_as_dict(bus, device) for bus, device in plans]
    return answer


def _say(
    config: Path, loaded: LoadedSite, buses: list[BusForecast], plans: Iterable[tuple[BusForecast, PolledDevice]]
) -> None:
    verdict = "ok" if all(bus.load.fits for bus in buses) else "too much"
    click.echo(f"{config}: {verdict}: {in_short(loaded)}")
    for bus in buses:
        for line in load_report.lines(bus):
            click.echo(line)
    click.echo(load_report.assumption(buses))
    if unforeseen := load_report.unforeseen(buses):
        click.echo(unforeseen)
    for bus, device in plans:
        for line in load_report.plan_lines(bus, device):
            click.echo(line)


def _counted(count: int, word: str) -> str:
    singular = {"buses": "bus", "devices": "device", "outputs": "output"}
    return f"{count} {singular[word] if count == 1 else word}"
