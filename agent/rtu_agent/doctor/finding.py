"""One thing that was looked at: how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and will not always; or it could not be looked at."""
    PROBLEM = "problem"
    """Something does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing."""

    about: str
    """The thing: a bus, an output, a file; empty for the machine."""
    severity: Severity
    says: str
    """In plain words; may have several lines."""
    mend: str = ""
    """What to do: a command, or the line to change. Only what is ok has none."""


def ok(about: str, says: str) -> Finding:
    """Return that nothing is to be done."""
    return Finding(about, Severity.OK, says)


def warning(about: str, says: str, mend: str) -> Finding:
    """Return what will be trouble some day."""
    return Finding(about, Severity.WARNING, says, mend)


def problem(about: str, says: str, mend: str) -> Finding:
    """Return what does not work."""
    return Finding(about, Severity.PROBLEM, says, mend)
