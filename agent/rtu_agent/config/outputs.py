"""The outputs of the file: their types, and their settings as each type wants them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from pydantic import BaseModel

from rtu_agent.config.reading import Found, read
from rtu_agent.config.sentences import listed, shown
from rtu_agent.domain.document import Document, Problem, did_you_mean

DEFAULT_OUTPUT: Final = "sqlite"
"""Name and type of the output of a site that names none."""


@runtime_checkable
class AlsoNamed(Protocol):
    """Settings of an output that is more than one: its parts have names beside its own, in metrics and in the spool."""

    def also_named(self, name: str) -> Mapping[str, str]:
        """Return the names of the parts of the output `name`, and what each of them is."""


OutputTypes = Mapping[str, type[BaseModel]]
"""By type of output, the model of its settings."""


def read_outputs(document: Document, data: Any, types: OutputTypes) -> Iterator[tuple[str, Found]]:
    """Yield type and settings of each output; `data` is what stands at `outputs`, None if nothing does."""
    entries = data if isinstance(data, dict) and data else {DEFAULT_OUTPUT: None}
    for name, settings in entries.items():
        yield _read(document, str(name), {} if settings is None else settings, types)


def names_taken(document: Document, outputs: Sequence[Found]) -> Iterator[Problem]:
    """Yield a problem for each output that has the name of a part of another one."""
    names = {str(output.path[-1]): output for output in outputs}
    for owner in outputs:
        entry: object = owner.entry
        parts = entry.also_named(str(owner.path[-1])) if isinstance(entry, AlsoNamed) else {}
        for name, part in parts.items():
            if name in names:
                of = f"the {part} of output '{owner.path[-1]}' (line {document.line(owner.path)})"
                message = f"the name '{name}' is that of {of}; give this output another name"
                yield document.problem(names[name].path, message, key=True)


def anchored(settings: BaseModel, folder: Path) -> BaseModel:
    """Return the settings with every relative path put behind `folder`, also those in settings within them."""
    changed: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, Path):
            changed[name] = folder / value
        elif isinstance(value, BaseModel):
            changed[name] = anchored(value, folder)
    return settings.model_copy(update=changed)


def _read(document: Document, name: str, settings: Any, types: OutputTypes) -> tuple[str, Found]:
    path = ("outputs", name)
    if not isinstance(settings, dict):
        problem = document.problem(path, f"{name} must be a mapping (key: value), not {shown(settings)}")
        return name, Found(path, None, {}, (problem,))
    kind = settings.get("type", name)
    model = types.get(kind) if isinstance(kind, str) else None
    if model is None:
        meant = did_you_mean(str(kind), types) or f"; the types are {listed(types)}"
        message = f"there is no output type {shown(kind)}{meant}"
        said = "type" in settings
        problem = document.problem((*path, "type") if said else path, message, key=not said)
        return name, Found(path, None, {}, (problem,))
    own = {key: value for key, value in settings.items() if key != "type"}
    return kind, read(document, path, own, model, extra=("type",))
