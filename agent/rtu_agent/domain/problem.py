"""One mistake in a file that somebody wrote, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: a sentence and its place. Lines and columns count characters from 1."""

    file: str
    line: int
    column: int
    message: str
    length: int = 1
    """How many characters the caret underlines, at least 1."""
    hidden: bool = False
    """The underlined characters are a secret: a report covers them."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` is most likely meant to be, or None if it is like none of them."""
    by_spelling = {_spelling(candidate): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(_spelling(word), by_spelling, n=1)
    return by_spelling[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'parity'?` with the known word closest to `word`, or an empty string."""
    candidate = closest(word, known)
    return f", did you mean '{candidate}'?" if candidate else ""


def _spelling(word: str) -> str:
    """A word without what people vary first: case, and the sign between its parts."""
    return word.casefold().replace("-", "_").replace(" ", "_")
