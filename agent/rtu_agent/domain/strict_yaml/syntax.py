"""The parser's complaints in the words of whoever has to mend the file.

PyYAML has two parsers, one in C and one in Python for where the C library is missing. They stop at the same places
with slightly different words; the rules below look for the words that both use.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from rtu_agent.domain.strict_yaml.node import Node

_TOP_LEVEL_KEY: Final = re.compile(r"[A-Za-z_][\w.-]*\s*:(\s|$)")
_TAB_INDENT: Final = re.compile(r" *\t")
TAB: Final = "a tab indents this line"
"""How the message about the first such line begins; it counts those below, so that they need not be reported."""
_NO_COLON: Final = "a key must be followed by a colon and a space"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser gave up. Lines and columns count from 0 here, as PyYAML counts them."""

    line: int
    column: int
    message: str
    resume: int
    """From this line on, the next top-level key can be read again."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A complaint and what surrounds it."""

    words: str
    lines: Sequence[str]
    line: int
    column: int
    context_line: int
    """Where the thing begins that the parser was reading."""
    context_column: int
    last: Node | None
    """The word or quoted text that was read right before."""
    bracket: Node | None
    """The innermost list or mapping in brackets that is still open."""

    @property
    def text(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def here(self) -> str:
        return self.text[self.column : self.column + 1]

    @property
    def starts_line(self) -> bool:
        return not self.text[: self.column].strip()

    @property
    def swallowing_quote(self) -> Node | None:
        """Quoted text that ended right before, in another line than it began: its own end is missing."""
        last = self.last
        if last is None or last.line == self.line + 1:
            return None
        return last if self.lines[last.line - 1][last.column - 1 :].startswith(('"', "'")) else None

    def stop(self, message: str) -> Stop:
        """Stop where the parser gave up."""
        return Stop(self.line, self.column, message, self.line + (self.column > 0))

    def stop_at_context(self, message: str) -> Stop:
        """Stop where the thing begins that never ended."""
        return Stop(self.context_line, self.context_column, message, self.context_line + 1)


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str], last: Node | None, bracket: Node | None) -> Stop:
    """Return what to tell about `error`.

    `last` is the word or quoted text that was read right before it, `bracket` what is open in brackets around it.
    """
    stop = _explain(error, lines, last, bracket)
    line = min(stop.line, len(lines) - 1)  # the parsers see the end of the file in a line of its own
    return replace(stop, line=line, column=stop.column if line == stop.line else len(lines[line]))


def _explain(error: yaml.MarkedYAMLError, lines: Sequence[str], last: Node | None, bracket: Node | None) -> Stop:
    mark: Any = error.problem_mark or error.context_mark
    context: Any = error.context_mark or mark
    words = f"{error.context or ''}: {error.problem or ''}"
    fault = _Fault(words, lines, mark.line, mark.column, context.line, context.column, last, bracket)
    if _TAB_INDENT.match(fault.text):
        return _tab(fault)
    if quote := fault.swallowing_quote:
        message = f"this quote ends only in line {fault.line + 1}; its own end is missing"
        return Stop(quote.line - 1, quote.column - 1, message, quote.line)
    for key, rule in _RULES:
        if key in words:
            return rule(fault)
    return fault.stop(f"this is not YAML: {error.problem}")


def next_section(lines: Sequence[str], start: int) -> int | None:
    """Return the first line from `start` on that begins with a top-level key."""
    return next((number for number in range(start, len(lines)) if _TOP_LEVEL_KEY.match(lines[number])), None)


def _tab(fault: _Fault) -> Stop:
    more = sum(1 for line in fault.lines[fault.line + 1 :] if _TAB_INDENT.match(line))
    others = f" (and {more} more below)" if more else ""
    return Stop(fault.line, fault.text.index("\t"), f"{TAB}{others}; use spaces", fault.line + 1)


def _token(fault: _Fault) -> Stop:
    if fault.here == "\t":
        return fault.stop("a tab stands here; use a space")
    return fault.stop(f"a value cannot begin with {fault.here}; put it in quotes")


def _quoted(fault: _Fault) -> Stop:
    if "escape" in fault.words:
        return fault.stop("in double quotes a backslash begins an escape; put this text in single quotes")
    return fault.stop_at_context("this quote is never closed")


def _flow(fault: _Fault) -> Stop:
    opened = fault.lines[fault.context_line][fault.context_column]
    closing = {"{": "}", "[": "]"}.get(opened, opened)
    if fault.line != fault.context_line:
        message = f"this '{opened}' is never closed, or a comma is missing before line {fault.line + 1}"
        return fault.stop_at_context(message)
    if fault.here and fault.here in "{[":
        return fault.stop(f"text that contains '{fault.here}' must stand in quotes")
    return fault.stop(f"a comma or '{closing}' is missing before this")


def _no_value(fault: _Fault) -> Stop:
    if fault.bracket and not fault.here and fault.line >= len(fault.lines) - 1:
        line, column = fault.bracket.line - 1, fault.bracket.column - 1
        return Stop(line, column, f"this '{fault.lines[line][column]}' is never closed", line + 1)
    return fault.stop("a value is missing before this")


def _mapping_value(fault: _Fault) -> Stop:
    last = fault.last
    if last is None or last.line == fault.line + 1:
        return fault.stop("a second ': ' in one value; put text that contains a colon and a space in quotes")
    indent, indent_above = _indent(fault.text), _indent(fault.lines[last.line - 1])
    if indent > indent_above:
        return Stop(fault.line, indent, "this line is indented further than the line above allows", fault.line + 1)
    return Stop(last.line - 1, last.column - 1, _NO_COLON, last.line)


def _block(fault: _Fault) -> Stop:
    if not fault.starts_line:
        return fault.stop("the value ends before this; a quote, a bracket or a comma is missing or too many")
    if fault.column != fault.context_column:
        return fault.stop("this line is indented like none of the lines above it")
    if "collection" in fault.words:
        return fault.stop("this line belongs to a list and must begin with '- '")
    return fault.stop("a list item cannot stand among keys; indent the list below its key")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


_RULES: Final[Sequence[tuple[str, Callable[[_Fault], Stop]]]] = (
    ("document start", lambda fault: fault.stop("top-level keys all begin in the first column")),
    ("cannot start any token", _token),
    ("quoted scalar", _quoted),
    ("flow mapping", _flow),
    ("flow sequence", _flow),
    ("simple key", lambda fault: fault.stop_at_context(_NO_COLON)),
    ("mapping values", _mapping_value),
    ("sequence entries", lambda fault: fault.stop("a list cannot begin in this line; write each '- ' below its key")),
    ("numeric character", lambda fault: fault.stop_at_context("text that begins with * or & must stand in quotes")),
    ("block mapping", _block),
    ("block collection", _block),
    ("block scalar", lambda fault: fault.stop("nothing but a line break may follow | or >")),
    ("node content", _no_value),
)
