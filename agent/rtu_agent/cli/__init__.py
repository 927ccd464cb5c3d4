"""The commands, one module each; a module is imported only when its command is called."""

import sys
from importlib import import_module, metadata
from typing import Final

import click

from rtu_agent.cli import exit_codes

COMMANDS: Final = {
    "run": "Run the agent.",
    "reload": "Let the running agent read devices.yaml anew.",
    "check": "Check devices.yaml and say all that is wrong with it.",
    "poll": "Poll devices once, print what they say, write nothing.",
    "simulate": "Offer the site's buses as simulated ones.",
    "top": "Show the buses, devices and outputs of a running agent.",
    "drivers": "List and explain the drivers.",
    "influx": "Set up InfluxDB servers.",
    "doctor": "Say what is wrong here, and how to mend it.",
    "buffer": "Look into the spool of the network outputs.",
}


class LazyCommands(click.Group):
    """A group that knows its commands' names and imports none of them before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"rtu_agent.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; Ctrl-C ends it without a word, unless it has better to do then."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(exit_codes.INTERRUPTED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version("rtu-agent"), prog_name="rtu-agent")
def main() -> None:
    """Poll Modbus RTU devices and deliver their values.

    Exit codes: 0 ok, 1 failed, 2 usage, 3 some device failed, 69 unavailable, 75 port busy, 77 permission,
    78 configuration invalid, 130 interrupted.
    """
