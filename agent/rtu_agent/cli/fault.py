"""Faults on the command line: `--fault late:unit=3,p=0.1`."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from rtu_agent.config.model import Site
from rtu_agent.domain.problem import did_you_mean
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.spec import FaultSpecError, catalogue, parse

Command = TypeVar("Command", bound=Callable[..., Any])


class _Spec(click.ParamType[str]):
    name = "spec"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the specification as it was written, once it is known to be one; `list` prints what there is."""
        if value == "list":
            click.echo(catalogue())
            raise click.exceptions.Exit
        try:
            parse(value)
        except FaultSpecError as error:
            self.fail(str(error), param, ctx)
        return str(value)


def fault_option(command: Command) -> Command:
    """Add `--fault`, which may be given several times."""
    return click.option(
        "--fault",
        "specs",
        type=_Spec(),
        multiple=True,
        help="Let something go wrong, for example late:unit=3,p=0.1,by=1.5s; again for more. `list` shows what can.",
    )(command)


def faults_of(specs: Iterable[str], bus: str) -> list[Fault]:
    """Return the faults that concern a bus."""
    return [fault for fault in map(parse, specs) if fault.bus in ("", bus)]


def check_aims(specs: Iterable[str], site: Site) -> None:
    """Refuse a fault that strikes nobody: it names a bus or units that the site does not have.

    Raises:
        BadParameter: there is one.
    """
    for fault in map(parse, specs):
        if fault.bus and fault.bus not in site.buses:
            hint = did_you_mean(fault.bus, site.buses) or f", it has {', '.join(site.buses)}"
            raise click.BadParameter(f"the site has no bus '{fault.bus}'{hint}", param_hint="--fault")
        units = sorted({device.unit for device in site.devices if fault.bus in ("", device.bus)})
        if not any(unit in fault.units for unit in units):
            where = f"bus '{fault.bus}'" if fault.bus else "the site"
            named = "-".join(map(str, sorted({fault.units[0], fault.units[-1]})))
            message = f"{where} has no unit {named}, it has {', '.join(map(str, units)) or 'none'}"
            raise click.BadParameter(message, param_hint="--fault")
