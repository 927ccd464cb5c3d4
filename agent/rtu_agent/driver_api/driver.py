"""The class that describes a device type, and how its body becomes points.

A class is checked when it is created, and all its mistakes are named at once: what has not the right shape is set
aside, the rest is compiled and asked whether it keeps the rules. A driver may be derived from others: it starts with
what these declare, says anew what is different, and leaves out what it is `without`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType, new_class
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, Unpack

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api.body import OPTIONS_SHAPE, POINT_SHAPES, strangers
from rtu_agent.driver_api.checks import objections
from rtu_agent.driver_api.compiler import COMMON, Compiler, Made
from rtu_agent.driver_api.declaration import Declared
from rtu_agent.driver_api.derived import Derived, Signal
from rtu_agent.driver_api.errors import DefinitionError, Flaw
from rtu_agent.driver_api.factor import Factor
from rtu_agent.driver_api.header import API, header_flaws, version_flaw
from rtu_agent.driver_api.identity import Identity, Proof, proofs
from rtu_agent.driver_api.namespace import TWICE
from rtu_agent.driver_api.options import DriverOptions
from rtu_agent.driver_api.planned import Points
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.scripts import DiscoverMethod, ScriptMethod, Variants, script_flaws, variant_flaws
from rtu_agent.driver_api.steps import Discovery, Read, Script, StepFailed
from rtu_agent.driver_api.wire import DEFAULT_INTERVALS, Boundary, Group, Limits, Serial

if TYPE_CHECKING:  # of a class with a type of its own mypy does not check the options
    DriverType = type
else:
    from rtu_agent.driver_api.namespace import DriverType


class Driver(metaclass=DriverType):
    """One device type: a derived class names it and declares its points.

    Raises:
        DefinitionError: the derived class breaks rules; all of them are named.
    """

    name: ClassVar[str]
    """`vendor.model`, as a site file says it."""
    kind: ClassVar[str]
    """What it measures, for example `energy_meter`; devices of one kind are stored together."""
    serial: ClassVar[Serial] = Serial()
    products: ClassVar[list[str]] = []
    """The models that it is for, as they are sold."""
    source: ClassVar[str] = ""
    """The document that it follows: title, version, section."""
    confidence: ClassVar[str | None] = None
    """How well that is known to be true: `high`, `medium` or `low`."""
    api: ClassVar[int] = API
    """The version of this interface that it is written for."""

    signals: ClassVar[tuple[Signal, ...]] = ()
    """What a record holds, in the order of the body: points, and what is computed from them."""
    points: ClassVar[tuple[Point, ...]] = ()
    """Those signals that are in registers or bits."""
    registers: ClassVar[tuple[Point, ...]] = ()
    """All that is in registers or bits: the points, the hidden ones, and the factors."""
    ties: ClassVar[tuple[tuple[Span, ...], ...]] = ()
    """Spans that must share a block if they can: of a value, and of the factors that scale it."""
    limits: ClassVar[Limits] = Limits()
    """Made from the options."""
    intervals: ClassVar[Mapping[str, float]] = MappingProxyType({})
    """Seconds between two polls of each group that has points, here or in a variant; 0 is at start only. Made from the
    options."""
    origin: ClassVar[tuple[str, int] | None] = None
    """File and line of the register map that this class was made from."""
    variants: ClassVar[Variants | None] = None
    """By what it says, another driver may be the one for a device."""
    identity: ClassVar[Identity] = MappingProxyType({})
    """What the device must say if it is the one that the driver is for."""
    proofs: ClassVar[tuple[Proof, ...]] = ()
    """Made from `identity`."""
    scripts: ClassVar[Mapping[Group, ScriptMethod]] = MappingProxyType({})
    """Methods that read the points of a group."""
    writes: ClassVar[bool] = False
    """True when reading needs writes, which a site must allow: of page registers, or by scripts."""
    made: ClassVar[Mapping[str, Made]] = MappingProxyType({})
    """What each declaration has become."""
    _finds: ClassVar[DiscoverMethod | None] = None
    _declared: ClassVar[Mapping[str, Declared]] = MappingProxyType({})
    _options: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def __init_subclass__(cls, **options: Unpack[DriverOptions]) -> None:
        super().__init_subclass__()
        if flaw := version_flaw(cls.api):
            raise DefinitionError(cls.__name__, [flaw])
        body = dict(vars(cls))
        said, unsound = OPTIONS_SHAPE.sift(options)
        twice = dict.fromkeys(body.pop(TWICE, ()))
        inherited, clashes = _inherited(cls)
        flaws = [*header_flaws(cls), *unsound, *clashes, *strangers(body, _WORDS)]
        flaws += [Flaw("is declared twice in this class", name, at_name=True) for name in twice]
        without = said.pop("without", ())
        flaws += _not_inherited(without, inherited)
        cls._options = MappingProxyType(_options(cls) | said)
        cls._declared = MappingProxyType(_declared(inherited, without, body))
        stand_in = _STAND_IN if "table" in options else {}
        compiler = Compiler(cls._declared, {**stand_in, **cls._options}, object.__new__(cls))
        _fill(cls, compiler.made, body)
        derived = [made for made in compiler.made.values() if isinstance(made, Derived)]
        flaws += [*compiler.flaws, *objections(cls.registers, derived, cls.limits, cls.intervals)]
        cls.proofs, unproved = proofs(cls.identity, compiler.made)
        flaws += [*unproved, *script_flaws(body, cls.intervals.keys())]
        flaws += variant_flaws(cls.variants, compiler.made, Driver) if cls.variants is not None else []
        if not (cls.signals or cls._finds or any(isinstance(value, Declared) for value in body.values())):
            flaws.append(Flaw("has no points", path=("points",)))
        for key, what in _OF_TABLE.items():
            if key in said and "table" not in {*cls._options, *options}:
                flaws.append(Flaw(f"{what} are of the table of the class, which names none", path=(key,)))
        if flaws:
            raise DefinitionError(cls.__name__, flaws)

    @classmethod
    def meaning(cls, column: str, value: Value) -> tuple[str, ...]:
        """Return what people call the code, or each flag, that a column holds; nothing for what has no name."""
        for point in cls.points:
            if point.field.name == column:
                return point.meaning(value)
        return ()

    @classmethod
    def reading(cls, group: Group, points: Points) -> Script:
        """Return the script that reads the planned points of a group: the author's own, or simply all of them."""
        method = cls.scripts.get(group)
        return method.method(object.__new__(cls), points) if method else iter(points)

    @classmethod
    def discovery(cls) -> Discovery | None:
        """Return the script that finds the driver for a device; None when this is the one for all."""
        if cls._finds:
            return cls._finds.method(object.__new__(cls))
        return cls._variant(cls.variants) if cls.variants else None

    @classmethod
    def _variant(cls, variants: Variants) -> Discovery:
        """Return the variant that the device names; a device that names none, or does not know the point, is this."""
        point = getattr(cls, variants.by.name)
        try:
            words = yield Read(point.table.value, point.address, point.count)
            return variants.chosen(point.read(words)) or cls
        except StepFailed as failure:
            if not failure.refused:
                raise
        except ValueError:  # what stands there is no number
            pass
        return cls

    @classmethod
    def at(cls, address: int) -> type[Self]:
        """Return this driver for a device that has everything higher by `address`; the limits stay where they are.

        Raises:
            DefinitionError: something would lie beyond the last address.
        """
        return cls._twin((), {name: declared.moved(address) for name, declared in cls._declared.items()})

    @classmethod
    def plus(cls, *parts: "type[Driver]", **points: Declared) -> type[Self]:
        """Return this driver with the points of others, and with more points.

        Raises:
            DefinitionError: they contradict each other.
        """
        return cls._twin(parts, points)

    @classmethod
    def _twin(cls, parts: "tuple[type[Driver], ...]", body: Mapping[str, Any]) -> type[Self]:
        named = {"name": cls.name, "__module__": cls.__module__, "__doc__": cls.__doc__, **body}
        return new_class(cls.__name__, (cls, *parts), {}, lambda namespace: namespace.update(named))


_WORDS: Final = frozenset({*vars(Driver), *Driver.__annotations__})
_STAND_IN: Final = {"table": "input"}
"""Instead of a table that is misspelt, so that the points can be checked nevertheless."""
_OF_TABLE: Final = {"unreadable": "unreadable ranges", "boundaries": "boundaries"}
_LIMITS: Final = ("max_block", "gaps_readable", "pause_s", "min_interval_s", "timeout_s", "stride")


def _inherited(cls: type[Driver]) -> tuple[dict[str, Declared], list[Flaw]]:
    """Return what the bases declare. Two bases must not mean different things by one name.

    The options of a class are those of what it inherits as well; but of several bases each keeps its own.
    """
    bases = _bases(cls)
    found: dict[str, tuple[type[Driver], Declared]] = {}
    flaws = []
    for base in bases:
        for name, declaration in base._declared.items():  # noqa: SLF001 - its own kind
            if found.setdefault(name, (base, declaration))[1] is not declaration and name not in vars(cls):
                flaws.append(Flaw(f"two of the classes that it is derived from declare '{name}'", name, at_name=True))
    if len(bases) == 1:
        return {name: declaration for name, (_, declaration) in found.items()}, flaws
    return {name: _of_base(base, declaration) for name, (base, declaration) in found.items()}, flaws


def _of_base(base: type[Driver], declaration: Declared) -> Declared:
    shape = POINT_SHAPES[declaration.type_name]
    common = {key: base._options[key] for key in COMMON if key in base._options and shape.knows(key)}  # noqa: SLF001
    return declaration.within(common)


def _bases(cls: type[Driver]) -> list[type[Driver]]:
    return [base for base in cls.__bases__ if issubclass(base, Driver)]


def _not_inherited(without: Sequence[str], inherited: Mapping[str, Declared]) -> Iterator[Flaw]:
    for index, name in enumerate(without):
        if name not in inherited:
            message = f"'{name}' is no point that it could be without{did_you_mean(name, inherited)}"
            yield Flaw(message, path=("without", index))


def _declared(
    inherited: Mapping[str, Declared], without: Sequence[str], body: Mapping[str, Any]
) -> dict[str, Declared]:
    kept = {name: value for name, value in inherited.items() if name not in without}
    return kept | {name: value for name, value in body.items() if isinstance(value, Declared) and name not in _WORDS}


def _options(cls: type[Driver]) -> dict[str, Any]:
    return {key: value for base in reversed(_bases(cls)) for key, value in base._options.items()}  # noqa: SLF001


def _fill(cls: type[Driver], made: Mapping[str, Made], body: Mapping[str, Any]) -> None:
    """Give the class what was made of its body and its options."""
    own = {value.group: value for value in body.values() if isinstance(value, ScriptMethod)}
    inherited = {group: one for base in reversed(_bases(cls)) for group, one in base.scripts.items()}
    cls.scripts = MappingProxyType(inherited | own)
    cls._finds = next((value for value in body.values() if isinstance(value, DiscoverMethod)), cls._finds)
    cls.made = MappingProxyType(dict(made))
    cls.signals = tuple(one for one in made.values() if isinstance(one, Point | Derived) and not one.is_hidden)
    cls.points = tuple(signal for signal in cls.signals if isinstance(signal, Point))
    in_registers = [one.point if isinstance(one, Factor) else one for one in made.values()]
    points = [one for one in in_registers if isinstance(one, Point)]
    cls.registers = tuple(dict.fromkeys(needed for point in points for needed in point.needs))
    cls.ties = tuple(dict.fromkeys(tie for point in points if len(tie := _tie(point)) > 1))
    cls.limits = _limits(cls._options)
    cls.writes = any(point.page for point in cls.registers) or any(one.writes for one in cls.scripts.values())
    cls.intervals = _intervals(cls._options, _groups(cls))


def _groups(cls: type[Driver]) -> AbstractSet[str]:
    """Return the groups that a device of this driver may have; one that is found out may have fewer."""
    if cls._finds:
        return DEFAULT_INTERVALS.keys()
    others: Iterable[object] = cls.variants.of.values() if isinstance(cls.variants, Variants) else ()
    of_variants = {group for other in others for group in getattr(other, "intervals", ())}
    return {signal.group for signal in cls.signals} | of_variants


def _tie(point: Point) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for span in point.reads if span.table == point.table))


def _limits(options: Mapping[str, Any]) -> Limits:
    """Spans and addresses of an author are those on the wire; inside they count registers."""
    table, stride = Table(options.get("table", Table.HOLDING)), max(1, options.get("stride", 1))
    ranges = [(first // stride, last // stride) for first, last in options.get("unreadable", ())]
    return Limits(
        unreadable=tuple(Span(table, first, last - first + 1) for first, last in ranges),
        boundaries=tuple(Boundary(table, -(-address // stride)) for address in options.get("boundaries", ())),
        **{key: options[key] for key in _LIMITS if key in options},
    )


def _intervals(options: Mapping[str, Any], used: AbstractSet[str]) -> Mapping[str, float]:
    """Return the interval of every group used; none but `once` is shorter than the device can make use of."""
    said = {**DEFAULT_INTERVALS, **options.get("intervals", {})}
    shortest = options.get("min_interval_s", 0.0)
    return MappingProxyType({group: s and max(s, shortest) for group, s in said.items() if group in used})
