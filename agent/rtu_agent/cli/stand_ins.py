"""Simulated buses in the place of the site's own, for commands that take `--simulate`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from rtu_agent.app import LoadedSite
from rtu_agent.cli import exit_codes
from rtu_agent.simulator.child import SimulatorFailedError, simulated_ports


@contextmanager
def stand_ins(
    config: Path, loaded: LoadedSite, faults: Sequence[str] = (), *, simulate: bool
) -> Iterator[Mapping[str, str]]:
    """Give the ports that stand in for the site's own, by bus; `faults` strike them."""
    if not simulate:
        yield {}
        return
    try:
        with simulated_ports(config, faults) as ports:
            click.echo(f"{len(loaded.site.buses)} simulated buses stand in for the real ones", err=True)
            yield ports
    except SimulatorFailedError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.UNAVAILABLE)
