"""A register map in YAML becomes the driver class that an author of Python would have written.

The keys of a point are its type and the arguments of that type in `fields`; those of the file are the attributes and
options of `Driver`, durations with their unit. There is nothing else: no conditions, no templates, no expressions. What
needs more is a driver class. Where an argument is another point of the map, it is its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import new_class
from typing import Any, Final, get_type_hints

from rtu_agent.domain.document import Document, Problem, did_you_mean, parse
from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.quantity import objection
from rtu_agent.driver_api.body import ONLY_IN_CLASSES, POINT_SHAPES
from rtu_agent.driver_api.declaration import Declaration, Declared, DerivedDeclaration, FactorDeclaration
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.errors import DefinitionError, Flaw, MapError
from rtu_agent.driver_api.header import FACTS, SERIAL_SHAPE, version_flaw
from rtu_agent.driver_api.options import DriverOptions
from rtu_agent.driver_api.scripts import Variants
from rtu_agent.driver_api.shape import Shape
from rtu_agent.driver_api.wire import Group, Serial

_DURATIONS: Final = {"pause": "pause_s", "min_interval": "min_interval_s", "timeout": "timeout_s"}
_IN_PYTHON: Final = {"driver": "name", **_DURATIONS}
"""Keys of a map that Python calls otherwise."""
_IN_MAP: Final = {python: key for key, python in _IN_PYTHON.items()}
_OPTIONS: Final = get_type_hints(DriverOptions).keys() - _IN_MAP.keys() - {"without"}  # a map inherits nothing
_VARIANTS_SHAPE: Final = Shape("variants", {}, {"by": str, "of": Mapping[Any, str]})
_TYPES: Final = tuple(name for name in POINT_SHAPES if name not in ONLY_IN_CLASSES)
_REFERENCES: Final = ("scale", "of", "magnitude", "sign")
_PYTHONS_OWN: Final = frozenset(name for name in dir(Driver) if name.startswith("_"))
"""Names of the language, and of what all drivers keep for themselves."""
_SHAPE: Final = Shape(
    "a register map",
    {"description": str}
    | dict.fromkeys(("type", *_OPTIONS, *FACTS), Any)  # checked with the class
    | dict.fromkeys(_DURATIONS, Seconds)
    | {"serial": Mapping[str, Any], "intervals": Mapping[Group, Seconds]}
    | {"identity": Mapping[str, Any], "variants": Mapping[str, Any]},
    {"driver": str, "kind": str, "points": Mapping[str, Any]},
)


def load(path: Path) -> type[Driver]:
    """Return the driver that the register map at `path` describes.

    Raises:
        MapError: the map, or that of a variant, has mistakes; all of them are named with their positions.
        OSError: the file cannot be read.
    """
    return _load(path, ())


def _load(path: Path, wanted_by: tuple[Path, ...]) -> type[Driver]:
    document = parse(path.read_bytes(), str(path))
    if not isinstance(document.data, dict):
        about = document.problem((), "a register map is a mapping that begins with `driver: vendor.model`")
        raise MapError(document.problems or [about])
    others = _Variants(path, (*wanted_by, path.resolve()))
    driver, flaws = _compile(document.data, others)
    problems = [*document.problems, *_problems(document, flaws), *others.problems]
    if driver is None or problems:
        raise MapError(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column)))
    driver.origin = (str(path), document.line(["driver"]))
    return driver


class _Variants:
    """The maps that a map names as its variants, by paths that start at its folder."""

    def __init__(self, path: Path, wanted_by: tuple[Path, ...]) -> None:
        self._folder = path.parent
        self._wanted_by = wanted_by
        self.problems: list[Problem] = []
        """What is wrong in these maps."""

    def __call__(self, said: Mapping[str, Any], declared: Mapping[str, Declared]) -> tuple[Variants | None, list[Flaw]]:
        """Return the variants, and what is wrong in the map that names them."""
        sound, flaws = _VARIANTS_SHAPE.sift(said)
        flaws = [replace(flaw, path=("variants", *flaw.path)) for flaw in flaws]
        if flaws:
            return None, flaws
        by = declared.get(sound["by"])
        if not isinstance(by, Declaration):
            meant = did_you_mean(sound["by"], declared)
            flaws.append(Flaw(f"'{sound['by']}' is no point of this map{meant}", path=("variants", "by")))
        drivers = {code: self._driver(code, name, flaws) for code, name in sound["of"].items()}
        found = {code: driver for code, driver in drivers.items() if driver}
        return (Variants(by, found) if isinstance(by, Declaration) else None), flaws

    def _driver(self, code: Any, name: str, flaws: list[Flaw]) -> type[Driver] | None:
        path = self._folder / name
        try:
            if path.resolve() not in self._wanted_by:
                return _load(path, self._wanted_by)
            flaws.append(Flaw(f"{name} is a variant of itself", path=("variants", "of", code)))
        except MapError as error:
            self.problems += error.problems
        except OSError as error:
            reason = error.strerror or type(error).__name__
            flaws.append(Flaw(f"the register map {path} cannot be read: {reason}", path=("variants", "of", code)))
        return None


def _compile(data: Mapping[str, Any], others: _Variants) -> tuple[type[Driver] | None, list[Flaw]]:
    """Return the class that `data` describes, and what is wrong with it in the words of a map."""
    if flaw := version_flaw(data.get("api")):
        return None, [flaw]
    said, flaws = _SHAPE.sift(data)
    serial, unsound = SERIAL_SHAPE.sift(said.pop("serial", {}))
    flaws += [replace(flaw, path=("serial", *flaw.path)) for flaw in unsound]
    declared, unsound = _declarations(said.pop("points", {}), said.pop("type", None))
    flaws += unsound
    variants, unsound = others(said.pop("variants"), declared) if "variants" in said else (None, [])
    flaws += unsound
    text = [said.pop("description", ""), f"Source: {said['source']}" if "source" in said else ""]
    named = {_IN_PYTHON.get(key, key): value for key, value in said.items()}
    body = {key: named.pop(key, None) for key in ("name", "kind")}
    body |= {key: named.pop(key) for key in (*FACTS, "identity") if key in named}
    body |= {"variants": variants} if variants else {}
    body |= {"__doc__": "\n\n".join(filter(None, text)), "serial": Serial(**serial), **declared}
    try:
        return _new_driver(body, named), flaws
    except DefinitionError as error:
        return None, [*flaws, *_in_words_of_map(error.flaws, flaws)]


def _new_driver(body: Mapping[str, Any], options: Mapping[str, Any]) -> type[Driver]:
    title = str(body["name"]).replace(".", "_").title().replace("_", "")
    return new_class(title, (Driver,), dict(options), lambda namespace: namespace.update(body))


def _declarations(points: Mapping[str, Any], common: Any) -> tuple[dict[str, Declared], list[Flaw]]:
    found = {name: _declaration(name, entry, common) for name, entry in points.items()}
    declared = {name: entry for name, entry in found.items() if isinstance(entry, Declared)}
    flaws = [entry for entry in found.values() if isinstance(entry, Flaw)]
    for name, entry in declared.items():
        entry.name = name
    for name, entry in declared.items():
        entry.arguments, unknown = _linked(name, entry.arguments, declared, points)
        flaws += unknown
    return declared, flaws


def _declaration(name: str, entry: Any, common: Any) -> Declared | Flaw:
    if name.startswith("__") or name in _PYTHONS_OWN:
        return Flaw(str(objection(name, vendor_specific=False)), name, at_name=True)
    if not isinstance(entry, dict):
        return Flaw(f"'{name}' must be a mapping such as {{at: 0x0001, type: u16}}", name)
    written = entry.get("type", common)
    for type_name in _TYPES:
        if type_name == written:
            return _kind(type_name)(type_name, {key: value for key, value in entry.items() if key != "type"})  # type: ignore[arg-type]
    return _type_flaw(name, written)


def _kind(type_name: str) -> type[Declared]:
    if type_name in ("scale_factor", "decimal_places", "multiplier"):
        return FactorDeclaration
    return DerivedDeclaration if type_name in ("sum_of", "product_of", "signed_by") else Declaration


def _linked(
    point: str, arguments: Mapping[str, Any], declared: Mapping[str, Declared], points: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Flaw]]:
    """Return the arguments with the points that they name, and which names mean nothing."""
    flaws: list[Flaw] = []

    def link(value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, list):
            return [link(part, (*path, index)) for index, part in enumerate(value)]
        if isinstance(value, str) and value not in points:
            meant = did_you_mean(value, points)
            flaws.append(Flaw(f"'{value}' is no point of this map{meant}", point, path))
        return declared.get(value, value) if isinstance(value, str) else value

    linked = {key: link(value, (key,)) if key in _REFERENCES else value for key, value in arguments.items()}
    return linked, flaws


def _type_flaw(point: str, written: Any) -> Flaw:
    if written is None:
        return Flaw("has no type; name one here or, for all points, at the top of the map", point, ("type",))
    meant = did_you_mean(written, _TYPES) if isinstance(written, str) else ""
    return Flaw(f"{written!r} is not a type{meant or '; there are ' + ', '.join(_TYPES)}", point, ("type",))


def _in_words_of_map(flaws: Sequence[Flaw], told: Sequence[Flaw]) -> Iterator[Flaw]:
    """Yield the flaws of the class, without those that only follow from what was told already."""
    known = {path for flaw in told for path in (("points",) if flaw.point else flaw.path[:1], flaw.path)}
    linked = {(flaw.point, flaw.path[:1]) for flaw in told if flaw.point}
    for flaw in flaws:
        path = tuple(_IN_MAP.get(str(step), step) for step in flaw.path)
        if (flaw.point, path[:1]) not in linked if flaw.point else path not in known:
            yield replace(flaw, path=path)


def _problems(document: Document, flaws: Sequence[Flaw]) -> Iterator[Problem]:
    """Yield the flaws with their positions, but for those that only follow from what is wrong with the YAML."""
    for flaw in flaws:
        path = (*(("points", flaw.point) if flaw.point else ()), *flaw.path)
        problem = document.problem(path, flaw.message, key=flaw.at_name)
        if document.complete(path) and (problem.line, problem.column) not in document.surprises:
            yield problem
