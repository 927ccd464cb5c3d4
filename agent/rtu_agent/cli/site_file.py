"""What every command that needs a site does first: read it, or say all that is wrong with it and leave."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from rtu_agent.app import LoadedSite
from rtu_agent.app.loading import Loader
from rtu_agent.cli import exit_codes
from rtu_agent.config.load import ConfigError
from rtu_agent.domain.problem import Problem
from rtu_agent.plugins import PluginError

LOAD_ERRORS: Final = (ConfigError, PluginError, OSError)
"""What keeps a site from being loaded."""


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


def loader_or_leave() -> Loader:
    """Return what reads sites; leave with 1 when two plugins bring something of one name."""
    try:
        return Loader()
    except PluginError as error:
        click.echo(str(error), err=True)
        sys.exit(exit_codes.FAILED)


def load_or_leave(path: Path, loader: Loader | None = None, *, as_json: bool = False) -> LoadedSite:
    """Return the checked site; leave with 78 when it is invalid, with 69 or 77 when it cannot be read.

    With `as_json` a program gets the mistakes as well, on standard output.
    """
    try:
        return (loader or Loader()).load(path)
    except LOAD_ERRORS as error:
        if as_json and isinstance(error, ConfigError):
            click.echo(json.dumps({"file": str(path), "problems": [*map(_about, error.problems)]}))
        said, code = complaint(path, error)
        click.echo(said, err=True)
        sys.exit(code)


def _about(problem: Problem) -> dict[str, str | int]:
    place: dict[str, str | int] = {"file": problem.file, "line": problem.line, "column": problem.column}
    return {**place, "length": problem.length, "message": problem.message}


def complaint(path: Path, error: Exception) -> tuple[str, int]:
    """Return what is wrong with a site that was not loaded, and the exit code for it."""
    if isinstance(error, OSError):
        return f"{path}: {error.strerror or error}", exit_codes.of_os_error(error)
    said = "\n".join([str(error), *getattr(error, "__notes__", ())])
    return said, exit_codes.CONFIG_INVALID if isinstance(error, ConfigError) else exit_codes.FAILED
