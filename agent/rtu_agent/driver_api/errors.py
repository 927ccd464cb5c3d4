"""What is wrong with a driver: mistakes of its author, never of a device.

A class with mistakes raises `DefinitionError`, a register map `MapError`; both are `ValueError`s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rtu_agent.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Flaw:
    """One mistake in a driver: the rule that it breaks, and where."""

    message: str
    point: str | None = None
    """The point, or None for the driver as a whole."""
    path: tuple[str | int, ...] = ()
    """The argument, class keyword or attribute, as the author writes it, and the place inside of it."""
    at_name: bool = False
    """What `path` leads to should not be there, whatever its value."""


class DefinitionError(ValueError):
    """A driver class breaks rules; each line of the message names the driver, the point and the rule."""

    def __init__(self, driver: str, flaws: Sequence[Flaw]) -> None:
        self.driver = driver
        self.flaws = tuple(flaws)
        super().__init__("\n".join(f"{_place(driver, flaw)}: {flaw.message}" for flaw in flaws))


class MapError(ValueError):
    """A register map has mistakes; `problems` are all of them, with their positions."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in problems))


def _place(driver: str, flaw: Flaw) -> str:
    return f"{driver}.{flaw.point}" if flaw.point else driver
