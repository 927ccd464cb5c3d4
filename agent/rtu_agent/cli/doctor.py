"""`rtu-agent doctor`."""

import json
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import click

from rtu_agent.app import load
from rtu_agent.cli import exit_codes
from rtu_agent.cli.check import in_short
from rtu_agent.cli.site_file import LOAD_ERRORS, complaint, config_option
from rtu_agent.doctor.case import Case, Machine
from rtu_agent.doctor.examination import Examined, examine_machine, examine_site
from rtu_agent.doctor.finding import Severity, ok, problem
from rtu_agent.domain.text import printable

_COLOURS: Final = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.PROBLEM: "red"}
_LONGEST_LINE: Final = 100
_NARROWEST: Final = 20
_MARGIN: Final = " " * 9


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(config: Path, as_json: bool) -> None:
    """Say what is wrong with the site and the machine that it runs on, and how to mend it.

    Works beside a running agent, and without: nothing is written, and no serial port is opened. What needs a hand
    stands last. Ends with 1 when there are problems, with 0 when there are none or only warnings. A site that cannot be
    used ends it as it ends `check`.
    """
    machine = Machine()
    of_site, code = _site(config, machine)
    found = [*examine_machine(machine), *of_site]
    counts = Counter(each.finding.severity for each in found)
    if as_json:
        answer = {severity.value: counts[severity] for severity in Severity}
        click.echo(json.dumps({"file": str(config), **answer, "findings": [each.as_dict() for each in found]}))
    else:
        _say(sorted(found, key=lambda each: list(Severity).index(each.finding.severity)))
        click.echo(", ".join(f"{severity} {counts[severity]}" for severity in Severity))
    sys.exit(code or (exit_codes.FAILED if counts[Severity.PROBLEM] else exit_codes.OK))


def _site(config: Path, machine: Machine) -> tuple[list[Examined], int]:
    """Return what is found about the site, and the exit code if it cannot be used."""
    try:
        loaded = load(config)
    except LOAD_ERRORS as error:
        said, code = complaint(config, error)
        name_it = "name the site: rtu-agent doctor --config FILE"
        correct_it = f"correct what is marked; then: rtu-agent check --config {config}"
        mend = name_it if isinstance(error, OSError) else correct_it
        return [Examined("site", problem("", said, mend))], code
    right = ok("", f"{config} is right: {in_short(loaded)}")
    return [Examined("site", right), *examine_site(Case(machine, config, loaded))], exit_codes.OK


def _say(found: Sequence[Examined]) -> None:
    width = min(shutil.get_terminal_size()[0] if sys.stdout.isatty() else _LONGEST_LINE, _LONGEST_LINE)
    for each in found:
        click.echo(_text(each, width))


def _text(each: Examined, width: int) -> str:
    """Return a finding as a person reads it; a mend is not broken, so that it can be copied."""
    finding = each.finding
    head = f"{finding.severity:<8} "
    about = f"{each.check}: {finding.about}: " if finding.about else f"{each.check}: "
    lines = _lines(f"{about}{finding.says}", width - len(_MARGIN))
    mend = [f"mend: {printable(finding.mend)}"] if finding.mend else []
    text = "\n".join(_MARGIN + line for line in [*lines, *mend])
    return click.style(head, fg=_COLOURS[finding.severity]) + text[len(_MARGIN) :]


def _lines(text: str, width: int) -> Iterable[str]:
    """Return lines that fit; those of a text that has its own are left as they are."""
    lines = [printable(line, len(line)) for line in text.split("\n")]
    if len(lines) > 1:
        return lines
    return textwrap.wrap(lines[0], max(width, _NARROWEST), break_long_words=False, break_on_hyphens=False)
