"""A driver says what it is for, and knows nothing of the agent but the driver API."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rtu_agent.driver_api import Driver
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.subject import Subject

_API: Final = "rtu_agent.driver_api"
_PURE: Final = frozenset(
    (
        *("__future__", "collections", "dataclasses", "datetime", "enum", "fractions", "functools", "itertools"),
        *("math", "operator", "pathlib", "re", "statistics", "string", "struct", "types", "typing"),
    )
)
"""What a driver may take from the standard library: nothing that waits, and nothing that reaches out."""


def facts(subject: Subject) -> Iterator[Breach]:
    """It names the models that it covers, its document, how sure that is, and the interface it is written for."""
    driver = subject.driver
    for word in ("products", "source", "confidence"):
        if not getattr(driver, word):
            yield Breach(f"does not say its {word}")
    if not any("api" in vars(ancestor) for ancestor in _classes(driver)):
        yield Breach("does not say for which version of the driver API it is written: `api = 1`")
    if not driver.__doc__:
        yield Breach("has no docstring or description")


def imports(subject: Subject) -> Iterator[Breach]:
    """Its module imports the driver API, its own package and pure parts of the standard library."""
    written = [one for one in _classes(subject.driver) if one.origin is None]  # a register map imports nothing
    for name in dict.fromkeys(one.__module__ for one in written):
        file = Path(getattr(sys.modules.get(name), "__file__", None) or "")
        own = {name.partition(".")[0], "rtu_drivers"}
        for imported, line in _imported(ast.parse(file.read_bytes())) if file.is_file() else ():
            if imported != _API and imported.partition(".")[0] not in {*own, *_PURE}:
                yield Breach(f"{file.name}:{line} imports '{imported}'; a driver knows '{_API}' and nothing else of it")


def _classes(driver: type[Driver]) -> list[type[Driver]]:
    """Return the class and those that it is derived from, but not the one that all are derived from."""
    return [one for one in driver.__mro__ if issubclass(one, Driver) and one is not Driver]


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the modules that a module imports, and where; a relative import is of its own package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno
