"""`rtu-agent reload`."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

import click

from rtu_agent.app.control import LOCK_FILE, holder
from rtu_agent.app.reload import VERDICT_FILE
from rtu_agent.app.verdict import Verdict
from rtu_agent.cli import exit_codes
from rtu_agent.cli.duration import DURATION
from rtu_agent.cli.site_file import config_option
from rtu_agent.config.entries import DEFAULT_STATE
from rtu_agent.domain.document import parse

LOOK_S: Final = 0.1


@click.command()
@config_option
@click.option(
    "--timeout", "patience_s", type=DURATION, default=60.0, show_default="60s", help="How long to wait for the verdict."
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def command(config: Path, patience_s: float, as_json: bool) -> None:
    """Let the running agent of this site read its file anew, and say what came of it.

    A file with mistakes changes nothing: they are printed, and the exit code is 78.
    """
    if sys.platform == "win32":
        _leave("Windows has no signal for it; start the agent with `rtu-agent run --watch`", exit_codes.UNAVAILABLE)
    state = _state_of(config)
    began_s = time.monotonic()
    process = _running(state)
    _ask(state, process, config)
    verdict = _wait(state, process, began_s, patience_s)
    click.echo(verdict.to_text() if as_json else verdict.said, nl=not as_json, err=verdict.outcome == "refused")
    sys.exit(exit_codes.OK if verdict.outcome == "done" else exit_codes.CONFIG_INVALID)


def _state_of(config: Path) -> Path:
    """Return the state directory that a file names, also one that is full of mistakes: the agent will say them."""
    try:
        data = parse(config.read_bytes(), str(config)).data
    except OSError as error:
        _leave(f"{config}: {error.strerror or error}", exit_codes.of_os_error(error))
    said = data.get("state") if isinstance(data, dict) else None
    return config.parent / (said if isinstance(said, str) else DEFAULT_STATE)


def _running(state: Path) -> int:
    try:
        process = holder(state)
    except OSError as error:
        hint = "; call this as the user that the agent runs as" if isinstance(error, PermissionError) else ""
        _leave(f"{state / LOCK_FILE}: {error.strerror or error}{hint}", exit_codes.of_os_error(error))
    if process is None:
        _leave(
            f"no agent runs with the state directory {state}; if one does with another, `state` was changed, which "
            "takes a restart",
            exit_codes.UNAVAILABLE,
        )
    if process <= 0:
        _leave("the agent runs in another container; call this in there", exit_codes.UNAVAILABLE)
    return process


def _ask(state: Path, process: int, config: Path) -> None:
    try:
        os.kill(process, signal.SIGHUP)
    except PermissionError:
        _leave(f"process {process} is the agent of another user; call this as that user", exit_codes.PERMISSION)
    except ProcessLookupError:
        _leave(f"the agent with the state directory {state} has just ended ({config})", exit_codes.UNAVAILABLE)


def _wait(state: Path, process: int, began_s: float, patience_s: float) -> Verdict:
    """Return the verdict on a file that was read after the agent was asked."""
    while True:
        has_ended = holder(state) != process  # asked first: the last thing that it does may be its verdict
        verdict = _look(state / VERDICT_FILE)
        if verdict is not None and verdict.began_s >= began_s:
            return verdict
        if has_ended:
            _leave("the agent has ended before it said what came of it; its log says why", exit_codes.UNAVAILABLE)
        if time.monotonic() >= began_s + patience_s:
            late = f"the agent was asked, and has not said within {patience_s:g}s what came of it; its log will"
            _leave(late, exit_codes.UNAVAILABLE)
        time.sleep(LOOK_S)


def _look(path: Path) -> Verdict | None:
    try:
        return Verdict.from_text(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _leave(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
