"""`rtu-agent poll`."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from rtu_agent.app import LoadedSite
from rtu_agent.cli import exit_codes
from rtu_agent.cli.answers import as_dict, as_text
from rtu_agent.cli.site_file import config_option, load_or_leave
from rtu_agent.cli.stand_ins import stand_ins
from rtu_agent.clock import SystemClock
from rtu_agent.config.model import DeviceSettings
from rtu_agent.domain.problem import did_you_mean
from rtu_agent.inquiry import Asked, Recall, inquire
from rtu_agent.poll.facts import Facts, FactsError
from rtu_agent.poll.facts_file import FactsFile


@click.command()
@click.argument("devices", nargs=-1, metavar="[DEVICE]...")
@config_option
@click.option("--simulate", is_flag=True, help="Replace every bus by a simulated one made from the drivers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(devices: Sequence[str], config: Path, simulate: bool, as_json: bool) -> None:
    """Poll devices once, or all of the site, and print what they say: values, words, and what was learnt about them.

    Nothing is stored. A port that a running agent uses is busy; then only what it has learnt can be shown.
    """
    loaded = load_or_leave(config)
    entries = _chosen(loaded, devices)
    with stand_ins(config, loaded, simulate=simulate) as ports:
        asked = asyncio.run(inquire(loaded, entries, _recall(loaded), SystemClock(), ports))
    if as_json:
        click.echo(json.dumps([as_dict(one) for one in asked]))
    else:
        click.echo("\n\n".join(as_text(one) for one in asked))
    for problem in dict.fromkeys(str(one.unreachable) for one in asked if one.unreachable):
        click.echo(problem, err=True)
    sys.exit(_code(asked))


def _chosen(loaded: LoadedSite, names: Sequence[str]) -> list[DeviceSettings]:
    known = {entry.name: entry for entry in loaded.site.devices}
    for name in names:
        if name not in known:
            raise click.UsageError(f"the site has no device {name!r}{did_you_mean(name, known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _recall(loaded: LoadedSite) -> Recall:
    """Look at what a running agent has learnt; its file is only read."""
    file = FactsFile(loaded.site.state)
    try:
        facts = file.read()
    except (FactsError, OSError) as error:
        click.echo(f"{file.path}: {error}", err=True)
        facts = {}

    def recall(device: str, fingerprint: str) -> Facts | None:
        known = facts.get(device)
        return known if known is not None and known.fingerprint == fingerprint else None

    return recall


def _code(asked: Iterable[Asked]) -> int:
    """A port that cannot be used says more than the devices behind it."""
    for one in asked:
        if one.unreachable is not None:
            return exit_codes.of_port_error(one.unreachable)
    return exit_codes.OK if all(one.good for one in asked) else exit_codes.SOME_DEVICE_FAILED
