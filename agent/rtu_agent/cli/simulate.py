"""`rtu-agent simulate`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rtu_agent.app import LoadedSite, line_of
from rtu_agent.cli import exit_codes
from rtu_agent.cli.duration import DURATION
from rtu_agent.cli.fault import check_aims, fault_option, faults_of
from rtu_agent.cli.site_file import config_option, load_or_leave
from rtu_agent.simulator.announcement import announce
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.lifetime import End, Lifetime
from rtu_agent.simulator.site import SimulatedBus, simulated_site


@click.command()
@config_option
@click.argument("names", metavar="[BUS]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each bus as soon as all are ready.")
@click.option("--link", type=click.Path(path_type=Path, file_okay=False), help="Put links named after the buses here.")
@click.option("--seed", default=0, show_default=True, help="Another seed gives other values and strikes others.")
@fault_option
@click.option("--for", "for_s", type=DURATION, help="End by itself after this time, for example 10s.")
@click.option("--until-eof", is_flag=True, help="End when stdin is closed.")
def command(
    config: Path,
    names: tuple[str, ...],
    as_json: bool,
    link: Path | None,
    seed: int,
    specs: tuple[str, ...],
    for_s: float | None,
    until_eof: bool,
) -> None:
    """Offer the site's buses, or only those named, as serial ports with simulated devices behind them."""
    loaded = load_or_leave(config)
    check_aims(specs, loaded.site)
    buses = _chosen(_buses(loaded, specs, seed), names)
    with Lifetime() as lifetime, simulated_site(buses, seed=seed, links=link) as ports:
        if as_json:
            click.echo(announce(ports), nl=False)
        else:
            _show(buses, ports)
        end = lifetime.wait(input_fd=sys.stdin.fileno() if until_eof else None, for_s=for_s)
    sys.exit(exit_codes.INTERRUPTED if end is End.INTERRUPTED else exit_codes.OK)


def _buses(loaded: LoadedSite, specs: Sequence[str], seed: int) -> list[SimulatedBus]:
    return [
        SimulatedBus(
            name,
            line_of(bus),
            {entry.unit: loaded.driver_of(entry.driver) for entry in loaded.site.devices if entry.bus == name},
            faults=FaultPlan(faults, f"{seed}/{name}") if (faults := faults_of(specs, name)) else None,
        )
        for name, bus in loaded.site.buses.items()
    ]


def _chosen(buses: Sequence[SimulatedBus], names: Sequence[str]) -> list[SimulatedBus]:
    known = {bus.name: bus for bus in buses}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"the site has no bus {name!r}, it has {', '.join(known)}", param_hint="BUS")
    return [known[name] for name in dict.fromkeys(names)] or [*buses]


def _show(buses: Sequence[SimulatedBus], ports: Mapping[str, str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import, and for people only

    from rtu_agent.simulator.overview import hints, overview  # noqa: PLC0415 - needs rich

    Console().print(overview(buses, ports))
    for hint in hints(buses, ports):
        click.echo(hint)
