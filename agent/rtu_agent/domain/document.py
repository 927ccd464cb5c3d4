"""Strict YAML with positions: what a file says, where it says it, and everything that is wrong with how it is said.

The language is YAML 1.2 with the core schema, one document a file, anchors and `<<` included, tags not. On top of the
syntax these are problems: keys given twice, words that YAML 1.1 reads differently (`no`, `010`, `1:30`, `1e3`),
control and invisible characters, aliases that multiply, deep nesting, a file that is too big.

Reading goes on after a syntax error with the next top-level key, so that one run shows as many problems as possible.
What was lost on the way is known: ask `complete` before you call something missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from rtu_agent.domain.problem import Problem, did_you_mean
from rtu_agent.domain.strict_yaml.node import Node
from rtu_agent.domain.strict_yaml.syntax import TAB, Stop, explain, next_section
from rtu_agent.domain.strict_yaml.text import SIZE_LIMIT, clean
from rtu_agent.domain.strict_yaml.tree import TooMuchError, Tree

__all__ = ["SIZE_LIMIT", "Document", "Problem", "did_you_mean", "parse"]

# The C parser is twenty times faster; both stop at the same places.
_LOADER: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MOST_STOPS: Final = 20
"""After that many syntax errors the file is something else, and reading on would only cost time."""


@dataclass(frozen=True)
class Document:
    """A parsed file. `data` holds dicts with text or whole numbers as keys, lists, str, int, float, bool and None."""

    file: str
    text: str
    """The text as it was parsed, lines ending with `\\n`; the report shows lines of it."""
    data: Any
    problems: tuple[Problem, ...]
    surprises: Mapping[tuple[int, int], str]
    """By line and column: how a word was read that YAML 1.1 would have read differently. Each is a problem, too."""
    _root: Node

    def problem(self, path: Sequence[str | int], message: str, *, key: bool = False, hidden: bool = False) -> Problem:
        """Return a problem at the value at `path`, or at its key.

        What does not exist is reported where its nearest parent begins. `hidden` keeps the value out of reports.
        """
        key_node, value, found = self._find(path)
        at = value if found and not key else key_node
        return Problem(self.file, at.line, at.column, message, at.length, hidden)

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line of the value at `path`, or of its nearest parent."""
        return self.problem(path, "").line

    def complete(self, path: Sequence[str | int]) -> bool:
        """False when the value at `path`, or its nearest parent, may lack what the file does say.

        That happens after a syntax error and where a key is given twice. Nothing in it can be called missing then.
        """
        return self._find(path)[1].complete

    def _find(self, path: Sequence[str | int]) -> tuple[Node, Node, bool]:
        """Return the nodes of the key and the value at `path`, or those of its nearest parent and False."""
        key_node = value = self._root
        for step in path:
            entry = value.child(step)
            if entry is None:
                return key_node, value, False
            key_node, value = entry
        return key_node, value, True


def parse(source: str | bytes, file: str) -> Document:
    """Read one YAML document; never raises. `file` is the name that the problems carry.

    Bytes are UTF-8, with or without a byte order mark.
    """
    text, problems = clean(source, file)
    lines = text.split("\n")
    tree = Tree(file, damaged=bool(problems))
    start: int | None = 0
    stops = 0
    while start is not None and stops < _MOST_STOPS:
        start = _read(tree, lines, start)
        stops += 1
    root = tree.root or Node(1, 1, complete=not problems and not tree.problems)
    problems = sorted([*problems, *tree.problems], key=lambda problem: (problem.line, problem.column))
    return Document(file, text, root.data, tuple(problems), tree.surprises, root)


def _read(tree: Tree, lines: Sequence[str], start: int) -> int | None:
    """Feed the tree from line `start` on; return the line in which reading may go on after a syntax error."""
    documents = 0
    try:
        for event in yaml.parse("\n" * start + "\n".join(lines[start:]), Loader=_LOADER):
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                _report_second_document(tree, event)
                return None
            tree.feed(event)
    except TooMuchError:
        tree.break_off()
    except yaml.MarkedYAMLError as error:
        stop = explain(error, lines, tree.last_scalar, tree.bracket)
        tree.break_off()
        _report_stop(tree, stop)
        return next_section(lines, stop.resume)
    return None


def _report_stop(tree: Tree, stop: Stop) -> None:
    told = any(problem.message.startswith(TAB) for problem in tree.problems)
    if not (told and stop.message.startswith(TAB)):
        tree.report(Node(stop.line + 1, stop.column + 1), stop.message)


def _report_second_document(tree: Tree, event: yaml.Event) -> None:
    mark: Any = event.start_mark
    place = Node(mark.line + 1, mark.column + 1, length=3)
    tree.report(place, "a second document begins here; the file may hold only one")
