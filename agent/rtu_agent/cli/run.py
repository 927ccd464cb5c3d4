"""`rtu-agent run`."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from rtu_agent.app import Agent, LoadedSite
from rtu_agent.app.control import StateTakenError, held
from rtu_agent.app.reload import Source
from rtu_agent.app.service import Service
from rtu_agent.app.stop import Stop
from rtu_agent.app.threads import DaemonThreads
from rtu_agent.cli import exit_codes
from rtu_agent.cli.duration import DURATION
from rtu_agent.cli.event_loop import new_event_loop
from rtu_agent.cli.fault import check_aims, fault_option
from rtu_agent.cli.first_round import FirstRound
from rtu_agent.cli.hangup import HANGUP, on_hangup
from rtu_agent.cli.last_output import LastOutput
from rtu_agent.cli.screen import Screen
from rtu_agent.cli.signals import on_signal
from rtu_agent.cli.site_file import config_option, load_or_leave, loader_or_leave
from rtu_agent.cli.stand_ins import stand_ins
from rtu_agent.clock import Clock, SystemClock
from rtu_agent.domain.secret import SecretError
from rtu_agent.events import Watchers
from rtu_agent.forecast import forecast
from rtu_agent.output.contract import LocalOutput, SettingsError
from rtu_agent.output.spool_file import SpoolRefusedError
from rtu_agent.plugins import OutputType
from rtu_agent.telemetry.http import AddressTakenError, ListenError
from rtu_agent.telemetry.live import LiveView
from rtu_agent.telemetry.log import Log
from rtu_agent.telemetry.log_lines import adopt_library_logs, make_logger
from rtu_agent.telemetry.summary import Summary


@dataclass(frozen=True, slots=True)
class _Wishes:
    for_s: float | None
    once: bool
    live: bool
    as_json: bool
    verbosity: int
    piped: bool
    """Whether an output has standard output for itself; everything for people is said on standard error then."""
    source: Source
    """Where the site can be read anew."""


@click.command()
@config_option
@click.option("--simulate", is_flag=True, help="Replace every bus by a simulated one made from the drivers.")
@fault_option
@click.option("--once", is_flag=True, help="Poll every group once, store it and end; with 3 if a poll was not good.")
@click.option("--for", "for_s", type=DURATION, help="End by itself after this time, for example 10s.")
@click.option(
    "--live/--no-live", default=None, help="Show what happens; the default on a terminal and with --simulate."
)
@click.option("--watch", is_flag=True, help="Read the file anew by itself when it, or a map in it, has changed.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-v", "--verbose", count=True, help="Say more: everything that happens.")
@click.option("-q", "--quiet", count=True, help="Say less; twice says errors only.")
def command(
    config: Path,
    simulate: bool,
    specs: tuple[str, ...],
    once: bool,
    for_s: float | None,
    live: bool | None,
    watch: bool,
    as_json: bool,
    verbose: int,
    quiet: int,
) -> None:
    """Poll the site's devices and deliver their values until told to stop.

    SIGHUP or `rtu-agent reload` makes it read the file anew. A second SIGINT or SIGTERM makes it stop at once.
    """
    if specs and not simulate:
        raise click.UsageError("--fault needs --simulate: nothing goes wrong on a real bus by request")
    loader = loader_or_leave()
    loaded = load_or_leave(config, loader)
    check_aims(specs, loaded.site)
    piped = any(_uses_stdout(loaded.output_types[entry.type]) for entry in loaded.site.outputs.values())
    shown = (not piped and (simulate or sys.stdout.isatty())) if live is None else live
    wishes = _Wishes(
        for_s, once, shown and not as_json, as_json, verbose - quiet, piped, Source(config, loader, _too_much, watch)
    )
    with stand_ins(config, loaded, specs, simulate=simulate) as ports:
        sys.exit(_run(loaded, ports, wishes))


def _run(loaded: LoadedSite, ports: Mapping[str, str], wishes: _Wishes) -> int:
    clock = SystemClock()
    watchers = Watchers()
    service = Service.of_environment(os.environ, clock)
    try:
        agent = Agent(
            loaded.site,
            loaded.driver_of,
            loaded.output_types,
            watchers,
            clock,
            ports,
            loaded.config_hash,
            wishes.source,
            service,
        )
    except (SecretError, SettingsError) as error:
        click.echo(str(error), err=True)
        return exit_codes.CONFIG_INVALID
    board = agent.board
    logger = make_logger(wishes.verbosity, clock)
    adopt_library_logs(logger)
    watchers.add(Log(logger, clock))
    try:
        with ExitStack() as stack:
            if wishes.live:
                stream = sys.stderr if wishes.piped else sys.stdout
                stack.enter_context(Screen(LiveView(board), table=stream.isatty(), err=wishes.piped))
            runner = stack.enter_context(asyncio.Runner(loop_factory=new_event_loop))
            code = runner.run(_until_stopped(agent, watchers, wishes, clock))
    except (StateTakenError, ListenError, SpoolRefusedError) as error:
        click.echo(str(error), err=True)
        return _of_refusal(error)
    if wishes.live or wishes.as_json:
        summary = Summary(board.snapshot())
        click.echo(json.dumps(summary.as_dict()) if wishes.as_json else summary.render(), err=wishes.piped)
    return code


def _too_much(bus: str, loaded: LoadedSite) -> str | None:
    return forecast(bus, loaded, None).objection


def _uses_stdout(output: OutputType) -> bool:
    return issubclass(output, LocalOutput) and output.uses_stdout


def _of_refusal(error: Exception) -> int:
    if isinstance(error, StateTakenError | AddressTakenError):
        return exit_codes.PORT_BUSY
    return exit_codes.PERMISSION if isinstance(error.__cause__, PermissionError) else exit_codes.UNAVAILABLE


async def _until_stopped(agent: Agent, watchers: Watchers, wishes: _Wishes, clock: Clock) -> int:
    """Run until a signal, the wished time, the end of the first round or of the last output; return the exit code."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(DaemonThreads())
    stop = Stop(asyncio.Event(), clock)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        stop.ask()

    on_signal(loop, signal.SIGINT, interrupt)
    on_signal(loop, signal.SIGTERM, stop.ask)
    on_hangup(loop, agent.reload, stop.asked.set)  # who hangs up says so twice: the shell and the terminal
    if wishes.for_s is not None:
        loop.call_later(wishes.for_s, stop.asked.set)
    first_round = FirstRound(agent.groups if wishes.once else (), stop.asked.set)
    watchers.add(first_round)
    watchers.add(LastOutput(lambda: agent.loaded.site.outputs, lambda: loop.call_soon_threadsafe(stop.asked.set)))
    with held(agent.loaded.site.state):  # whoever finds us by it may send a hangup
        await agent.run(stop)
    _ignore_from_now_on(loop, signal.SIGINT, signal.SIGTERM, *HANGUP)
    if interrupted:
        return exit_codes.INTERRUPTED
    return exit_codes.OK if first_round.is_good else exit_codes.SOME_DEVICE_FAILED


def _ignore_from_now_on(loop: asyncio.AbstractEventLoop, *numbers: signal.Signals) -> None:
    """The process is about to exit with a code that says how it went; who is impatient now gets no other one."""
    for number in numbers:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
