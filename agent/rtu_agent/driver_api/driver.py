"""The class that describes a device type, and how its body becomes points.

A class is checked when it is created, and all its mistakes are named at once: what has not the right shape is set
aside, the rest is compiled and asked whether it keeps the rules. A driver may be derived from another: it starts with
the points and the options of that one.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, ClassVar, Final, Unpack

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api.body import OPTIONS_SHAPE, POINT_SHAPES, strangers
from rtu_agent.driver_api.checks import objections
from rtu_agent.driver_api.codec import codec
from rtu_agent.driver_api.errors import DefinitionError, Flaw
from rtu_agent.driver_api.fields import Declaration
from rtu_agent.driver_api.header import header_flaws
from rtu_agent.driver_api.options import DriverOptions
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.wire import DEFAULT_INTERVALS, Limits, Serial


class Driver:
    """One device type: a derived class names it and declares its points.

    Raises:
        DefinitionError: the derived class breaks rules; all of them are named.
    """

    name: ClassVar[str]
    """`vendor.model`, as a site file says it."""
    kind: ClassVar[str]
    """What it measures, for example `energy_meter`; devices of one kind are stored together."""
    serial: ClassVar[Serial] = Serial()

    points: ClassVar[tuple[Point, ...]] = ()
    """Made from the body, in its order."""
    limits: ClassVar[Limits] = Limits()
    """Made from the options."""
    intervals: ClassVar[Mapping[str, float]] = MappingProxyType({})
    """Seconds between two polls of each group that has points; 0 is at start only. Made from the options."""
    origin: ClassVar[tuple[str, int] | None] = None
    """File and line of the register map that this class was made from."""
    _options: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def __init_subclass__(cls, **options: Unpack[DriverOptions]) -> None:
        super().__init_subclass__()
        body = dict(vars(cls))
        said, unsound_options = OPTIONS_SHAPE.sift(options)
        flaws = [*header_flaws(cls), *unsound_options, *strangers(body)]
        cls._options = MappingProxyType({**cls._options, **said})
        points, unsound_points = _points(body, {**_STAND_IN, **cls._options} if "table" in options else cls._options)
        cls.points = tuple(({point.name: point for point in cls.points} | points).values())
        cls.limits = _limits(cls._options)
        cls.intervals = _intervals(cls._options, {point.group for point in cls.points})
        flaws += [*unsound_points, *objections(cls.points, cls.limits, cls.intervals)]
        if not (cls.points or unsound_points):
            flaws.append(Flaw("has no points", path=("points",)))
        if "unreadable" in said and "table" not in {*cls._options, *options}:
            flaws.append(
                Flaw("unreadable ranges are of the table of the class, which names none", path=("unreadable",))
            )
        if flaws:
            raise DefinitionError(cls.__name__, flaws)


_STAND_IN: Final = {"table": "input"}
"""Instead of a table that is misspelt, so that the points can be checked nevertheless."""
_COMMON: Final = ("table", "word_order", "byte_order")
_LIMITS: Final = ("max_block", "gaps_readable", "pause_s", "min_interval_s")


def _points(body: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[dict[str, Point], list[Flaw]]:
    """Return the points of those declarations that are sound, and what is wrong with the others."""
    common = {key: options[key] for key in _COMMON if key in options}
    points, flaws = {}, []
    for name, declaration in body.items():
        if isinstance(declaration, Declaration):
            said, unsound = POINT_SHAPES[declaration.type_name].sift(declaration.arguments, name)
            if "table" not in {*common, *declaration.arguments}:
                unsound.append(Flaw("has no table; name one here or, for all points, at the class", name, ("table",)))
            if not unsound:
                points[name] = _point(name, declaration, common | said)
            flaws += unsound
    return points, flaws


def _point(name: str, declaration: Declaration, said: dict[str, Any]) -> Point:
    table, address = Table(said.pop("table")), said.pop("at")
    word_order, byte_order = said.pop("word_order", "big"), said.pop("byte_order", "big")
    form = codec(declaration.type_name, said.pop("words", 1), word_order, byte_order)
    names = MappingProxyType(said.pop("names", {}))
    return Point(name, table, address, form, names=names, **said)


def _limits(options: Mapping[str, Any]) -> Limits:
    table = Table(options.get("table", Table.HOLDING))
    spans = tuple(Span(table, first, last - first + 1) for first, last in options.get("unreadable", ()))
    return Limits(unreadable=spans, **{key: options[key] for key in _LIMITS if key in options})


def _intervals(options: Mapping[str, Any], used: AbstractSet[str]) -> Mapping[str, float]:
    """Return the interval of every group used; none but `once` is shorter than the device can make use of."""
    said = {**DEFAULT_INTERVALS, **options.get("intervals", {})}
    shortest = options.get("min_interval_s", 0.0)
    return MappingProxyType({group: s and max(s, shortest) for group, s in said.items() if group in used})
