"""`rtu-agent buffer`."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import click

from rtu_agent.app import SPOOL_FILE
from rtu_agent.cli import exit_codes
from rtu_agent.cli.site_file import config_option, load_or_leave
from rtu_agent.output import dead_letters, spool_view
from rtu_agent.output.dead_letters import KeptLetter
from rtu_agent.output.outgoing import iso
from rtu_agent.output.spool_file import SpoolRefusedError, open_beside
from rtu_agent.output.spool_view import OutputView
from rtu_agent.output.sqlite_file import transaction

_MOST_REASONS: Final = 5
"""Reasons that are shown to a person; JSON has all."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
output_argument = click.argument("output", required=False)


@click.group()
def command() -> None:
    """Look into the spool of the network outputs.

    It holds what waits for them, and the lines that their servers refused. Works beside a running agent, and without.
    """


@command.command()
@config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Show what waits for each output, and its dead letters."""
    path = _spool_of(config)
    views: list[OutputView] = []
    if path.exists():
        with _opened(path) as connection:
            views = spool_view.outputs(connection)
    if as_json:
        click.echo(json.dumps({"file": str(path), "outputs": [asdict(view) for view in views]}))
        return
    click.echo(f"{path}: nothing was ever spooled" if not views else str(path))
    for view in views:
        _say(view)


@command.command()
@output_argument
@config_option
@json_option
def retry(output: str | None, config: Path, as_json: bool) -> None:
    """Let dead letters be sent again, those of OUTPUT or all; the agent does it with its next requests."""
    with _opened(_existing(config), writable=True) as connection:
        names = [view.output for view in spool_view.outputs(connection) if view.is_sent]
        chosen = names if output is None else [_known(output, names)]
        with transaction(connection):
            asked = {name: dead_letters.put_back(connection, name) for name in chosen}
    if as_json:
        click.echo(json.dumps(asked))
    else:
        for name, letters in asked.items():
            click.echo(f"{name}: {_counted(letters, 'dead letter')} will be sent again")


@command.command()
@output_argument
@config_option
@click.option("--dead", is_flag=True, help="The dead letters instead of the backlog.")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write to this new file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each line.")
def export(output: str | None, config: Path, dead: bool, target: Path | None, as_json: bool) -> None:
    """Write out what waits for OUTPUT as line protocol, timestamps in milliseconds; it stays in the spool.

    With --dead a comment before each line says when and why it was refused. OUTPUT may be left out where there is one.
    """
    with _opened(_existing(config)) as connection:
        name = _only(output, _names(connection))
        if dead:
            lines = (_letter(letter, as_json=as_json) for letter in spool_view.dead_of(connection, name))
        else:
            lines = (_line(line, as_json=as_json) for line in spool_view.backlog_lines(connection, name))
        with _target(target) as file:
            written = sum(file.write(line) > 0 for line in lines)
    if target is not None:
        click.echo(f"{_counted(written, 'record')} in {target}", err=True)


def _spool_of(config: Path) -> Path:
    return load_or_leave(config).site.state / SPOOL_FILE


def _existing(config: Path) -> Path:
    path = _spool_of(config)
    if not path.exists():
        _leave(f"{path} does not exist: no network output has run yet", exit_codes.UNAVAILABLE)
    return path


@contextmanager
def _opened(path: Path, *, writable: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the spool; leave with what is wrong with it."""
    if not os.access(path, os.R_OK | (os.W_OK if writable else 0)):
        _leave(f"{path}: permission denied; call this as the user that the agent runs as", exit_codes.PERMISSION)
    try:
        with closing(open_beside(path, writable=writable)) as connection:
            yield connection
    except SpoolRefusedError as error:
        _leave(str(error), exit_codes.UNAVAILABLE)
    except sqlite3.Error as error:
        _leave(f"{path} cannot be read: {error}; if it is damaged, the agent saves what it can", exit_codes.UNAVAILABLE)


def _leave(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _names(connection: sqlite3.Connection) -> list[str]:
    return [view.output for view in spool_view.outputs(connection)]


def _known(output: str, names: list[str]) -> str:
    if output not in names:
        raise click.BadParameter(
            f"the spool knows no output {output!r}, but {', '.join(names) or 'none'}", param_hint="OUTPUT"
        )
    return output


def _only(output: str | None, names: list[str]) -> str:
    if output is None and len(names) != 1:
        raise click.BadParameter(f"say which: {', '.join(names) or 'the spool knows none'}", param_hint="OUTPUT")
    return _known(output or names[0], names)


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    """Give standard output, or a file that is made new."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with path.open("xb") as file:
            yield file
    except OSError as error:
        _leave(f"{path}: {error.strerror or error}", exit_codes.of_os_error(error))


def _line(line: bytes, *, as_json: bool) -> bytes:
    return _json({"line": line.decode()}) if as_json else line + b"\n"


def _letter(letter: KeptLetter, *, as_json: bool) -> bytes:
    if as_json:
        return _json(asdict(letter) | {"line": letter.line.decode()})
    return f"# {iso(letter.at_ms)} {letter.reason}\n".encode() + letter.line + b"\n"


def _json(about: dict[str, Any]) -> bytes:
    return json.dumps(about, ensure_ascii=False).encode() + b"\n"


def _say(view: OutputView) -> None:
    backlog, dead = view.backlog, view.dead
    since = f", the oldest of {iso(backlog.oldest_ms)}" if backlog.oldest_ms is not None else ""
    click.echo(f"{view.output}: {_counted(backlog.records, 'record')} waiting, {_size(backlog.size)}{since}")
    if dead.letters:
        again = f", {dead.again} of them to be sent again" if dead.again else ""
        click.echo(f"  {_counted(dead.letters, 'dead letter')}, {_size(dead.size)}{again}")
    for reason, letters in islice(dead.reasons.items(), _MOST_REASONS):
        click.echo(f"  {letters} x {reason}")
    if len(dead.reasons) > _MOST_REASONS:
        click.echo(f"  … and {_counted(len(dead.reasons) - _MOST_REASONS, 'more reason')}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
