"""Faults on the command line: `--fault late:unit=3,p=0.1`."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

import click

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


def check_buses(specs: Iterable[str], buses: Collection[str]) -> None:
    """Refuse a fault of a bus that the site does not have.

    Raises:
        BadParameter: there is one.
    """
    for spec in specs:
        bus = parse(spec).bus
        if bus and bus not in buses:
            hint = did_you_mean(bus, buses) or f", it has {', '.join(buses)}"
            raise click.BadParameter(f"the site has no bus '{bus}'{hint}", param_hint="--fault")
