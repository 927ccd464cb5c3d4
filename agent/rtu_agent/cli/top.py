"""`rtu-agent top`."""

import json
import sys
import time
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from rtu_agent.cli import exit_codes
from rtu_agent.cli.duration import DURATION
from rtu_agent.cli.login import LOGIN, LOGIN_VARIABLE, usual_login
from rtu_agent.cli.site_file import load_or_leave
from rtu_agent.clock import SystemClock
from rtu_agent.config.entries import DEFAULT_LISTEN
from rtu_agent.domain.secret import Secret, SecretError
from rtu_agent.top.address import url_of
from rtu_agent.top.client import Client, UnreachableError
from rtu_agent.top.status_picture import UnknownFormError
from rtu_agent.top.watch import Watch

SHORTEST_S: Final = 0.1
_LOOK_ERRORS: Final = (UnreachableError, UnknownFormError, SecretError)
_UNBOUNDED: Final = 10_000
"""Lines of what is no terminal."""


@click.command()
@click.option("--url", metavar="URL", help=f"Where the agent listens; http://{DEFAULT_LISTEN} by default.")
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The site whose `http.listen` is the address.",
)
@click.option("--interval", "interval_s", type=DURATION, default="2s", show_default=True, help="Between two looks.")
@click.option("--once", is_flag=True, help="Look once and end; the default where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as a line of JSON for each look.")
@click.option(
    "--login",
    type=LOGIN,
    help=f"Where user:password lies: env:NAME, file:PATH or credential:NAME; env:{LOGIN_VARIABLE} if that is set.",
)
@click.option(
    "--ca-file", type=click.Path(path_type=Path, dir_okay=False), help="Certificates that the agent's is signed by."
)
def command(
    url: str | None,
    config: Path | None,
    interval_s: float,
    once: bool,
    as_json: bool,
    login: Secret | None,
    ca_file: Path | None,
) -> None:
    """Show the buses, devices and outputs of a running agent, and what is in trouble first. Ctrl-C ends it."""
    if interval_s < SHORTEST_S:
        raise click.BadParameter(f"the shortest is {SHORTEST_S:g}s", param_hint="--interval")
    try:
        client = Client(_address(url, config), login or usual_login(), ca_file)
    except UnreachableError as error:
        _leave(error)
    if as_json:
        _print_json(client, interval_s, once=once)
    elif once or not sys.stdout.isatty():
        _print_once(Watch(client.status, SystemClock()))
    else:
        _show(Watch(client.status, SystemClock()), interval_s)


def _address(url: str | None, config: Path | None) -> str:
    if url is not None and config is not None:
        raise click.UsageError("--url and --config say the same; give one of them")
    if config is not None:
        http = load_or_leave(config).site.http
        url = url_of(http.listen, is_encrypted=http.web.tls_server_config is not None)
        if url is None:
            raise click.UsageError(f"{config}: the agent takes any free port; its log says which: give it with --url")
    url = url or f"http://{DEFAULT_LISTEN}"
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(f"write http://{url} or https://{url}", param_hint="--url")
    return url


def _print_json(client: Client, interval_s: float, *, once: bool) -> None:
    """Print a line for each look; what is said on standard error is said once."""
    said = ""
    while True:
        try:
            click.echo(json.dumps(client.status()))
            said = ""
        except _LOOK_ERRORS as error:
            if once:
                _leave(error)
            if said != str(error):
                said = str(error)
                click.echo(said, err=True)
        if once:
            return
        time.sleep(interval_s)


def _print_once(watch: Watch) -> None:
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import

    from rtu_agent.telemetry.live_table import LiveTable  # noqa: PLC0415 - the same

    try:
        picture = watch.look()
    except _LOOK_ERRORS as error:
        _leave(error)
    Console(height=None if sys.stdout.isatty() else _UNBOUNDED).print(LiveTable(picture))


def _show(watch: Watch, interval_s: float) -> NoReturn:
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import
    from rich.live import Live  # noqa: PLC0415 - the same

    with Live(console=Console(), auto_refresh=False) as live:
        while True:
            live.update(_drawn(watch), refresh=True)
            time.sleep(interval_s)


def _drawn(watch: Watch) -> Any:
    """Return what is shown: the table, or why there is none."""
    from rich.text import Text  # noqa: PLC0415 - rich is slow to import

    from rtu_agent.telemetry.live_table import LiveTable  # noqa: PLC0415 - the same

    try:
        return LiveTable(watch.look())
    except UnreachableError as error:
        if error.is_forbidden:
            _leave(error)
        return Text(f"{error}; asking again until Ctrl-C", style="red")
    except (UnknownFormError, SecretError) as error:
        _leave(error)


def _leave(error: Exception) -> NoReturn:
    click.echo(str(error), err=True)
    if isinstance(error, SecretError):
        sys.exit(exit_codes.CONFIG_INVALID)
    if isinstance(error, UnreachableError) and error.is_forbidden:
        sys.exit(exit_codes.PERMISSION)
    sys.exit(exit_codes.UNAVAILABLE)
