"""`rtu-agent influx`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from rtu_agent.app import LoadedSite, kinds_in
from rtu_agent.cli import exit_codes
from rtu_agent.cli.site_file import config_option, load_or_leave
from rtu_agent.domain.duration import duration_text
from rtu_agent.domain.secret import SecretError
from rtu_agent.output.contract import SettingsError
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_admin import Admin, AdminError, Change, admin_of
from rtu_agent.output.influxdb_settings import InfluxdbSettings

_Failure = AdminError | SecretError | SettingsError


@click.group()
def command() -> None:
    """Set up InfluxDB servers."""


@command.command()
@config_option
@click.argument("names", metavar="[OUTPUT]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def setup(config: Path, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Make the buckets or databases of the InfluxDB outputs, with their retention and rollups.

    What is there already stays; doing it twice changes nothing.
    """
    loaded = load_or_leave(config)
    done: list[dict[str, str]] = []
    failures: list[_Failure] = []
    for name, settings in _chosen(loaded, names).items():
        try:
            for change in _set_up(loaded, name, settings, dry_run=dry_run):
                done.append({"output": name, **change.as_dict()})
                if not as_json:
                    click.echo(_sentence(name, change, dry_run=dry_run))
        except (AdminError, SecretError, SettingsError) as error:
            failures.append(error)
            click.echo(f"{name}: {settings.url}: {error}", err=True)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "changes": done}))
    sys.exit(_exit_code(failures))


def _chosen(loaded: LoadedSite, names: tuple[str, ...]) -> dict[str, InfluxdbSettings]:
    found = {
        entry.name: entry.settings
        for entry in loaded.site.outputs.values()
        if isinstance(entry.settings, InfluxdbSettings)
    }
    for name in names:
        if name not in found:
            raise click.BadParameter(f"the site has no InfluxDB output {name!r}", param_hint="OUTPUT")
    if not found:
        raise click.UsageError("the site has no InfluxDB output; add one to `outputs`")
    return {name: found[name] for name in dict.fromkeys(names or found)}


def _set_up(loaded: LoadedSite, name: str, settings: InfluxdbSettings, *, dry_run: bool) -> Iterator[Change]:
    output = InfluxdbOutput(name, settings)
    try:
        admin = admin_of(output.doors(), settings)
        for change in admin.changes(kinds_in(loaded.site, loaded.driver_of)):
            if not dry_run and change.deed != "unchanged":
                change.apply()
            yield change
        _warn_of_retention(name, admin, loaded.site.spool.keep)
    finally:
        output.close()


def _warn_of_retention(name: str, admin: Admin, spool_s: float) -> None:
    keep_s = admin.keeps_s()
    if keep_s is not None and keep_s < spool_s:
        click.echo(
            f"{name}: warning: the server keeps records for {duration_text(keep_s)} and refuses older ones; "
            f"after an outage the spool may hold some of {duration_text(spool_s)}, and those would be dropped",
            err=True,
        )


def _sentence(name: str, change: Change, *, dry_run: bool) -> str:
    deed = "cannot be set up" if change.deed == "impossible" else change.deed
    would = "would be " if dry_run and change.deed in ("created", "changed", "removed") else ""
    said = f"{name}: {change.thing} {change.name}: {would}{deed}"
    if not change.detail:
        return said
    separator = ":\n" if "\n" in change.detail else ", "
    return f"{said}{separator}{change.detail.rstrip()}"


def _exit_code(failures: list[_Failure]) -> int:
    if not failures:
        return exit_codes.OK
    first = failures[0]
    if not isinstance(first, AdminError):
        return exit_codes.CONFIG_INVALID
    if first.is_forbidden:
        return exit_codes.PERMISSION
    return exit_codes.UNAVAILABLE if first.status is None else exit_codes.FAILED
