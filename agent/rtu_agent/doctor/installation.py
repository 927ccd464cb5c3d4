"""Which versions are installed, and whether they are those that the agent wants."""

import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from typing import Final

from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Finding, ok, problem

_AGENT: Final = "rtu-agent"
_NAMED: Final = ("pyserial", "pymodbus", "influxdb-client", "uvloop")
_REQUIREMENT: Final = re.compile(r"([\w.-]+)\s*((?:[<>=!~]=?[\w.*]+,?)*)\s*(;.*)?")
_LIMIT: Final = re.compile(r"(>=|<)([\d.]+)")


def examine(machine: Machine) -> Iterator[Finding]:  # noqa: ARG001 - it is about this Python
    """Compare what is installed with what the agent's distribution requires."""
    wanted = metadata.requires(_AGENT) or []
    found = {name: _version(name) for name in {*_NAMED, *(name_of(each) for each in wanted)}}
    yield from judge(platform.python_version(), metadata.version(_AGENT), found, wanted)


def judge(python: str, agent: str, found: Mapping[str, str | None], wanted: Iterable[str]) -> Iterator[Finding]:
    """Judge the versions that were found, by name; None is not installed."""
    named = ", ".join(f"{name} {found[name]}" for name in _NAMED if found.get(name))
    yield ok("", f"{_AGENT} {agent} on Python {python}, {named}")
    for requirement in wanted:
        name, version = name_of(requirement), found.get(name_of(requirement))
        if "extra ==" in requirement or (version is not None and fits(version, requirement)):
            continue
        is_there = "is not installed" if version is None else f"{version} is installed"
        mend = f"python -m pip install '{requirement.partition(';')[0].strip()}'"
        yield problem(name, f"{name} {is_there}, and the agent was made for {requirement}", mend)


def name_of(requirement: str) -> str:
    """Return the distribution that a requirement is about."""
    found = _REQUIREMENT.match(requirement)
    return found[1] if found else requirement


def fits(version: str, requirement: str) -> bool:
    """Return whether a version is within the limits `>=` and `<` of a requirement; it is asked for no others."""
    numbers = _numbers(version)
    limits = _LIMIT.findall(requirement.partition(";")[0])
    return all((numbers >= _numbers(limit)) == (sign == ">=") for sign, limit in limits)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
