"""Problems as a person reads them: where, what, the line itself, and a caret under the words that are wrong."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rtu_agent.domain.document import Problem

_INDENT: Final = "    "
_LONGEST: Final = 500
"""Characters of a message that are shown; it may quote the file."""
_WIDTH: Final = 100
"""Characters of a line of the file that are shown."""
_BEFORE: Final = 40
"""Of these, characters before the caret, when the line is longer."""
_CUT: Final = "…"


def render(problems: Iterable[Problem], texts: Mapping[str, str]) -> str:
    """Return a report of the problems in the order of their places; `texts` are the contents of the files by name.

    Each problem is one line `file:line:column: message`, and below it the line of the file with a caret, if there is
    such a line. A secret in it is covered.
    """
    unique = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column))
    lines = {file: text.split("\n") for file, text in texts.items()}
    for problem in unique:
        if problem.hidden and problem.file in lines:
            lines[problem.file][problem.line - 1] = _covered(lines[problem.file][problem.line - 1], problem)
    return "\n".join(_block(problem, lines.get(problem.file, [])) for problem in unique)


def _covered(line: str, problem: Problem) -> str:
    start = problem.column - 1
    end = start + problem.length if problem.length > 1 else len(line)  # what has no end in this line has length 1
    return line[:start] + "*" * (end - start) + line[end:]


def _block(problem: Problem, lines: Sequence[str]) -> str:
    head = f"{problem.file}:{problem.line}:{problem.column}: {_cut(_plain(problem.message), 0, _LONGEST)}"
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    if not line.strip():
        return head
    column = problem.column - 1
    start = column - _BEFORE if len(line) > _WIDTH and column > _BEFORE else 0
    marked = line[column : min(column + problem.length, start + _WIDTH)]
    caret = " " * _columns(line[start:column]) + "^" * max(1, _columns(marked))
    return f"{head}\n{_INDENT}{_cut(_plain(line), start, _WIDTH)}\n{_INDENT}{caret}"


def _cut(text: str, start: int, width: int) -> str:
    """Return `width` characters of the text from `start` on; where something is missing an ellipsis stands."""
    part = text[start : start + width]
    if start:
        part = _CUT + part[1:]
    return part[:-1] + _CUT if start + width < len(text) else part


def _plain(text: str) -> str:
    """The text as a terminal can be given it: nothing in it moves the cursor."""
    return "".join(character if character.isprintable() else " " if character == "\t" else "?" for character in text)


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes: Korean and Chinese characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
