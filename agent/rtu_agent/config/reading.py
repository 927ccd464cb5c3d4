"""One mapping of the file → its checked values, and a problem for everything that is wrong in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from rtu_agent.config.keys import example_at, keys_at, suggested, unknown_key
from rtu_agent.config.sentences import holds_password, sentence
from rtu_agent.domain.document import Document, Problem
from rtu_agent.domain.secret import LITERAL

Place = tuple[str | int, ...]
"""Where a value stands: keys and indexes from the top of the file."""

_OF_KEY: Final = "[key]"
"""How the validator ends the place of a mistake in a key."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a mapping of the file says."""

    path: Place
    entry: BaseModel | None
    """The whole of it; None when something is wrong with it."""
    values: Mapping[str, Any]
    """What is good in it, by key: everything, or after a mistake what the file says and is not mistaken."""
    problems: tuple[Problem, ...] = ()

    def get(self, key: str) -> Any:
        """Return a good value, or None."""
        return self.values.get(key)


def read(document: Document, path: Place, data: Any, model: type[BaseModel], *, extra: Sequence[str] = ()) -> Found:
    """Check the mapping `data`, which stands at `path`, with `model`; `extra` are keys that somebody else reads.

    The mapping goes through the validator as JSON: strict models are made to read that, and a YAML file says no more.
    """
    try:
        entry = model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        problems = tuple(_problems(document, path, error.errors(include_url=False), model, extra))
        return Found(path, None, _good_values(data, error, model), problems)
    return Found(path, entry, {name: getattr(entry, name) for name in model.model_fields})


def _good_values(data: Any, error: ValidationError, model: type[BaseModel]) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    bad = {details["loc"][0] for details in error.errors(include_url=False, include_input=False) if details["loc"]}
    good = [name for name in model.model_fields if name in data and name not in bad]
    return {name: _adapter(model, name).validate_json(json.dumps(data[name]), strict=True) for name in good}


@lru_cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(model.model_fields[name].rebuild_annotation())


def _problems(
    document: Document, path: Place, errors: Sequence[ErrorDetails], model: type[BaseModel], extra: Sequence[str]
) -> Iterator[Problem]:
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    meant = {(*loc[:-1], suggested(str(loc[-1]), _known(model, loc, extra))) for loc in unknown}
    for error in errors:
        loc = error["loc"]
        if error["type"] == "extra_forbidden":
            message = unknown_key(str(loc[-1]), _known(model, loc, extra))
            yield document.problem((*path, *loc), message, key=True)
        elif not document.complete((*path, *loc)):
            continue  # what could be read of it is no ground for complaints
        elif error["type"] != "missing":
            yield _wrong_value(document, path, error, example_at(model, loc))
        elif loc not in meant:
            yield document.problem((*path, *loc), f"'{loc[-1]}' is missing")


def _wrong_value(document: Document, path: Place, error: ErrorDetails, example: str) -> Problem:
    of_key = error["loc"][-1:] == (_OF_KEY,)
    place = (*path, *(error["loc"][:-1] if of_key else error["loc"]))
    message = sentence(error, _subject(place[:-1], "a key of ") if of_key else _subject(place), example)
    hidden = error["type"] == LITERAL or holds_password(error["input"])
    return document.problem(place, message, key=of_key, hidden=hidden)


def _subject(place: Place, prefix: str = "") -> str:
    names = [str(step) for step in place if isinstance(step, str)]
    if place and isinstance(place[-1], int):
        prefix = "an entry of "
    return prefix + (names[-1] if names else "the file")


def _known(model: type[BaseModel], loc: Sequence[str | int], extra: Sequence[str]) -> list[str]:
    return [*keys_at(model, loc[:-1]), *(extra if len(loc) == 1 else ())]
