"""devices.yaml → `Site`, or everything that is wrong with it at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rtu_agent.config.crossref import cross_references, expanded
from rtu_agent.config.drivers import DriverCheck, ObjectTo, Resolve, no_objection
from rtu_agent.config.entries import BusEntry, DeviceEntry, HttpEntry, SiteEntry
from rtu_agent.config.model import BusSettings, DeviceSettings, HttpSettings, OutputEntry, Site
from rtu_agent.config.outputs import OutputTypes, anchored, names_taken, read_outputs
from rtu_agent.config.reading import Found, read
from rtu_agent.config.report import render
from rtu_agent.config.sentences import shown
from rtu_agent.config.web import WebEntry, read_web
from rtu_agent.domain.document import SIZE_LIMIT, Document, Problem, parse

_IGNORED: Final = "x-"
"""Top-level keys that begin so are the author's own, a place for anchors."""


class ConfigError(Exception):
    """The configuration has mistakes; `str()` of it is the whole report."""

    def __init__(self, problems: Sequence[Problem], texts: Mapping[str, str]) -> None:
        self.problems = tuple(problems)
        self.texts = dict(texts)
        """The contents of the files that the problems are in, by name."""
        super().__init__(render(problems, texts))


def load_site(
    path: Path,
    drivers: Resolve,
    driver_names: Collection[str],
    output_types: OutputTypes,
    object_to: ObjectTo = no_objection,
) -> Site:
    """Read and check a site.

    Args:
        path: the file; relative paths in it start from its directory.
        drivers: gives the class for what stands at `driver`.
        driver_names: names of the installed drivers.
        output_types: by type, the model of an output's settings.
        object_to: says why a driver cannot be polled.

    Raises:
        ConfigError: something is wrong with it; it says all that is.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        document = parse(file.read(SIZE_LIMIT + 1), str(path))
    if not isinstance(document.data, dict):
        raise ConfigError([*document.problems, *_no_site(document)], {document.file: document.text})
    data = {key: value for key, value in document.data.items() if not str(key).startswith(_IGNORED)}
    top = read(document, (), data, SiteEntry)
    buses = [read(document, ("buses", str(name)), entry, BusEntry) for name, entry in _items(data, "buses")]
    devices = [read(document, ("devices", index), entry, DeviceEntry) for index, entry in _items(data, "devices")]
    outputs = list(read_outputs(document, data.get("outputs"), output_types))
    web, unprotected = read_web(document, top.get("http"), path.parent)
    check = DriverCheck(document, drivers, driver_names, object_to)
    problems = [
        *(problem for found in (top, *buses, *devices, *(found for _, found in outputs)) for problem in found.problems),
        *unprotected,
        *cross_references(document, buses, devices),
        *names_taken(document, [found for _, found in outputs]),
        *(problem for device in devices for problem in check(device)),
    ]
    if problems or document.problems:
        raise ConfigError(_merged(document, problems), _texts(document, problems))
    return _site(path.parent, top, buses, devices, outputs, web)


def _no_site(document: Document) -> Iterator[Problem]:
    if document.complete(()):
        empty = "the file is empty; it begins with 'version: 1'"
        other = f"the file must be a mapping (key: value), not {shown(document.data)}"
        yield document.problem((), empty if document.data is None else other)


def _items(data: Mapping[Any, Any], section: str) -> Iterable[tuple[Any, Any]]:
    """Return what stands in a section, by name or by number; nothing if the section is not what it should be."""
    entries = data.get(section)
    if section == "devices":
        return enumerate(entries) if isinstance(entries, list) else ()
    return entries.items() if isinstance(entries, dict) else ()


def _merged(document: Document, problems: Sequence[Problem]) -> list[Problem]:
    """Join what is said about one word: how YAML reads it is an aside where the word is wrong anyhow."""
    wrong = {(problem.line, problem.column) for problem in problems if problem.file == document.file}
    kept = [
        problem
        for problem in document.problems
        if (place := (problem.line, problem.column)) not in wrong or place not in document.surprises
    ]
    return kept + [_with_aside(document, problem) for problem in problems]


def _with_aside(document: Document, problem: Problem) -> Problem:
    aside = document.surprises.get((problem.line, problem.column))
    if aside is None or problem.file != document.file or problem.hidden:
        return problem
    return replace(problem, message=f"{problem.message} ({aside})")


def _texts(document: Document, problems: Iterable[Problem]) -> dict[str, str]:
    """Return the texts of all files that problems stand in: the site's own and those of register maps."""
    texts = {document.file: document.text}
    for file in {problem.file for problem in problems} - texts.keys():
        with suppress(OSError):
            texts[file] = Path(file).read_text(encoding="utf-8-sig", errors="replace")
    return texts


def _site(
    folder: Path,
    top: Found,
    buses: Iterable[Found],
    devices: Iterable[Found],
    outputs: Iterable[tuple[str, Found]],
    web: WebEntry,
) -> Site:
    entries = (
        OutputEntry(name=str(found.path[-1]), type=kind, settings=anchored(found.entry, folder))
        for kind, found in outputs
        if found.entry is not None
    )
    return Site(
        version=top.get("version"),
        site=top.get("site"),
        buses={bus.name: bus for bus in map(_bus, buses)},
        devices=tuple(
            DeviceSettings(**{**device.values, "name": name, "unit": unit})
            for device in devices
            for name, unit in expanded(device)
        ),
        outputs={entry.name: entry for entry in entries},
        http=_http(top.get("http"), folder, web),
        spool=top.get("spool"),
        state=folder / top.get("state"),
    )


def _http(entry: HttpEntry, folder: Path, web: WebEntry) -> HttpSettings:
    said = entry.model_dump(exclude_unset=True)
    if entry.web_config is not None:
        said["web_config"] = folder / entry.web_config
    return HttpSettings(**said, web=web)


def _bus(found: Found) -> BusSettings:
    # Only what the file says: a key that does not fit the port is a mistake even with its default.
    said = found.entry.model_fields_set if found.entry is not None else ()
    return BusSettings(name=str(found.path[-1]), **{key: found.values[key] for key in said})
