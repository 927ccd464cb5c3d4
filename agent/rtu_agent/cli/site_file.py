"""What every command that needs a site does first: read it, or say all that is wrong with it and leave."""

import sys
from pathlib import Path
from typing import Any

import click

from rtu_agent.app import LoadedSite, load
from rtu_agent.cli import exit_codes
from rtu_agent.config.load import ConfigError
from rtu_agent.plugins import PluginError


def config_option(command: Any) -> Any:
    """Add `-c/--config`."""
    return click.option(
        "-c",
        "--config",
        "config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("devices.yaml"),
        show_default=True,
        help="The site.",
    )(command)


def load_or_leave(path: Path) -> LoadedSite:
    """Return the checked site; leave with 78 when it is invalid, with 69 or 77 when it cannot be read."""
    try:
        return load(path)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.CONFIG_INVALID)
    except PluginError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.FAILED)
    except OSError as error:
        click.echo(f"{path}: {error.strerror or error}", err=True)
        sys.exit(exit_codes.of_os_error(error))
