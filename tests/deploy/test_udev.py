"""The udev rules are well formed. Debian 12 has no `udevadm verify`, so a strict reader of the language stands in."""

import re
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "deploy" / "udev" / "99-rtu-agent.rules"

MATCHES = {"ACTION", "SUBSYSTEM", "DRIVER", "KERNEL", "ENV", "ATTR", "TEST"}
ASSIGNMENTS = {"ATTR", "GROUP", "MODE", "TAG", "SYMLINK"}
WITH_KEY = {"ENV", "ATTR"}
"""These need `{name}`; the others must not have it."""

_TERM = re.compile(r'(?P<key>[A-Z]+)(?:\{(?P<name>[\w/]+)\})?(?P<operator>==|!=|\+=|=)"(?P<value>[^"]*)"')


class RuleError(Exception):
    """A rule that udev would ignore or take for something else."""


def read(line: str) -> list[tuple[str, str | None, str, str]]:
    """Return the terms of a rule: key, name, operator, value.

    Raises:
        RuleError: the line is not a list of terms, or a term asks what it cannot.
    """
    terms = []
    for text in re.split(r",\s+", line):
        term = _TERM.fullmatch(text)
        if term is None:
            raise RuleError(f"no term: {text}")
        key, name, operator, value = term["key"], term["name"], term["operator"], term["value"]
        if key not in (MATCHES if operator in ("==", "!=") else ASSIGNMENTS):
            raise RuleError(f"{key} does not take {operator}")
        if (name is not None) != (key in WITH_KEY) or not value:
            raise RuleError(f"{key} without its name or value: {text}")
        terms.append((key, name, operator, value))
    if not any(operator in ("=", "+=") for _, _, operator, _ in terms):
        raise RuleError("a rule that assigns nothing; = was meant where == stands")
    return terms


def rules() -> list[str]:
    """Every rule, those that are commented out as an example too."""
    lines = RULES.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#") for line in lines if re.match(r"#?[A-Z]+(\{\w+\})?[=!+]", line)]


@pytest.mark.parametrize("line", rules())
def test_rule_is_well_formed(line: str) -> None:
    """Every rule, and the example, is one udev can read."""
    assert read(line)


def test_every_line_is_a_rule_or_a_remark() -> None:
    """Nothing is left out of the test above by its looks."""
    lines = [line for line in RULES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]

    assert lines
    assert set(lines) <= set(rules())
    assert len(rules()) == len(lines) + 1, "one example is commented out"


def test_latency_is_set_where_ftdi_has_it() -> None:
    """The attribute belongs to the port of the usb-serial bus, when its driver is bound."""
    (rule,) = [rule for rule in map(read, rules()) if ("ATTR", "latency_timer", "=", "1") in rule]

    assert ("SUBSYSTEM", None, "==", "usb-serial") in rule
    assert ("DRIVER", None, "==", "ftdi_sio") in rule


@pytest.mark.parametrize(
    "line",
    [
        'SUBSYSTEM="tty", MODE="0660"',  # assigns what can only be compared
        'SUBSYSTEM=="tty", MODE=="0660"',  # compares what can only be assigned
        'SUBSYSTEM=="tty" MODE="0660"',  # no comma
        "SUBSYSTEM==tty, MODE='0660'",
        'ATTR=="1", MODE="0660"',
        'SUBSYSTEM{x}=="tty", MODE="0660"',
        'SUBSYSTEM=="tty", ACTION=="add"',
    ],
)
def test_reader_refuses_mistakes(line: str) -> None:
    """A reader that takes everything would prove nothing."""
    with pytest.raises(RuleError):
        read(line)
