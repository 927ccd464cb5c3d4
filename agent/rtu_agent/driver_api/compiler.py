"""From the declarations of a class to its points, factors and derived points.

Everything is made in the order in which it is needed: a point after the factors that scale it, a derived point after
its inputs. What has not the right shape is set aside and told, and so is not what only rests on it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from types import MappingProxyType
from typing import Any, Final

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api.body import POINT_SHAPES
from rtu_agent.driver_api.codec import codec
from rtu_agent.driver_api.declaration import Declared, FactorDeclaration
from rtu_agent.driver_api.derived import Derived, Product, Signal, SignedBy, Sum
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.factor import LARGEST_POWER, Factor, decimal
from rtu_agent.driver_api.point import Page, Point

Made = Signal | Factor

COMMON: Final = ("table", "word_order", "byte_order")
"""What a class may say about all its points."""
_IN_CODEC: Final = ("words", "word_order", "byte_order", "mask", "sign_bit", "digits", "one_per_word")
_NUMBERS: Final[Mapping[str, str]] = {"scale_factor": "i16", "decimal_places": "u16", "multiplier": "u16"}
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "scale_factor": (-LARGEST_POWER, LARGEST_POWER),
    "decimal_places": (0, LARGEST_POWER),
}
_NO_POWER: Final = 0x8000


class Compiler:
    """Makes what a class declares.

    Args:
        declared: by name, in the order of the class.
        options: of the class, sound.
        owner: an instance of the class, for its methods.
    """

    def __init__(self, declared: Mapping[str, Declared], options: Mapping[str, Any], owner: object) -> None:
        self.made: dict[str, Made] = {}
        self.flaws: list[Flaw] = []
        self._declared = declared
        self._common = {key: options[key] for key in COMMON if key in options}
        stride = options.get("stride", 1)
        self._stride = stride if stride > 0 else 1
        self._owner = owner
        self._tried: set[str] = set()
        self._underway: list[str] = []
        for name in declared:
            self._named(name)
        self.made = {name: self.made[name] for name in declared if name in self.made}

    def _named(self, name: str) -> Made | None:
        """Return what has that name; None if it is broken."""
        if name not in self.made and name not in self._tried:
            self._tried.add(name)
            self._underway.append(name)
            if (made := self._make(name, self._declared[name])) is not None:
                self.made[name] = made
            self._underway.pop()
        return self.made.get(name)

    def _make(self, name: str, declaration: Declared) -> Made | None:
        type_name = declaration.type_name
        said, flaws = POINT_SHAPES[type_name].sift(declaration.arguments, name)
        flaws += self._missing_table(name, declaration, said)
        self.flaws += flaws
        if flaws:
            return None
        match type_name:
            case "scale_factor" | "decimal_places" | "multiplier":
                number = said.pop("number", _NUMBERS[type_name])
                said = {"valid": _RANGES.get(type_name), **said}
                if type_name == "scale_factor" and number == "i16" and "mask" not in said:
                    said.setdefault("invalid", (_NO_POWER,))
                point = self._point(name, number, said)
                if point and not point.is_hidden:
                    mend = "scales points and is not stored: begin its name with '_'"
                    self.flaws.append(Flaw(mend, name, at_name=True))
                return Factor(type_name, point) if point and point.is_hidden else None
            case "sum_of" | "product_of" | "signed_by" | "derived":
                return self._derived(name, type_name, said)
            case _:
                return self._point(name, type_name, said)

    def _missing_table(self, name: str, declaration: Declared, said: Mapping[str, Any]) -> Iterator[Flaw]:
        needs_one = "at" in said or "at" in declaration.arguments
        if needs_one and "table" not in {*self._common, *declaration.arguments}:
            yield Flaw("has no table; name one here or, for all points, at the class", name, ("table",))

    # -- points --------------------------------------------------------------------------------------------------------

    def _point(self, name: str, type_name: Any, said: dict[str, Any]) -> Point | None:
        said = self._common | said
        at = said.pop("at")
        addresses = at if isinstance(at, tuple) else (at,)
        if flaws := [*self._place_flaws(name, addresses), *_field_flaws(name, type_name, said)]:
            self.flaws += flaws
            return None
        scale = said.pop("scale", 1)
        scales = [self._scale(name, part) for part in (scale if isinstance(scale, tuple) else (scale,))]
        if any(part is None for part in scales):
            return None
        said |= self._scaling(scales)
        form = codec(type_name, **{key: said.pop(key) for key in _IN_CODEC if key in said})
        if len(addresses) > 1 and len(addresses) != form.items:
            message = f"at has {len(addresses)} addresses, {type_name} has {form.items} words here"
            self.flaws.append(Flaw(message, name, ("at",)))
            return None
        if "page" in said:
            said["page"] = Page(*said["page"])
        said["names"] = MappingProxyType(said.pop("names", {}))
        if len(addresses) > 1:
            said["offsets"] = tuple((address - min(addresses)) // self._stride for address in addresses)
        return Point(name, Table(said.pop("table")), min(addresses), form, stride=self._stride, **said)

    def _place_flaws(self, name: str, addresses: Sequence[int]) -> Iterator[Flaw]:
        for address in addresses:
            if address % self._stride:
                message = f"{address:#06x} is no register: those of this device are {self._stride} addresses apart"
                yield Flaw(message, name, ("at",))
        if len({*addresses}) < len(addresses):
            yield Flaw("at names an address twice", name, ("at",))

    def _scale(self, name: str, part: Any) -> Fraction | float | Factor | None:
        """Return a part of a scale; None for a factor that is broken."""
        if not isinstance(part, FactorDeclaration):
            return part  # type: ignore[no-any-return]  # its shape has been looked at
        is_named = part.name in self._declared
        factor = self._named(part.name) if is_named else self._make(f"_{name.strip('_')}_factor", part)
        return factor if isinstance(factor, Factor) else None

    def _scaling(self, scales: Sequence[Any]) -> dict[str, Any]:
        factors = tuple(part for part in scales if isinstance(part, Factor))
        numbers = [part for part in scales if not isinstance(part, Factor)]
        scale = numbers[0] if len(numbers) == 1 else float(prod(map(decimal, numbers), start=Fraction(1)))
        return {"scale": scale, "factors": factors}

    # -- derived points ------------------------------------------------------------------------------------------------

    def _derived(self, name: str, type_name: str, said: dict[str, Any]) -> Derived | None:
        method = said.pop("compute", None)
        inputs = self._inputs(name, said) if method is None else self._parameters(name, method)
        if not inputs:
            return None
        compute = partial(method, self._owner) if method else _compute(type_name, said)
        if type_name in ("sum_of", "signed_by"):
            said["unit"] = inputs[0].canonical_unit.symbol
        return Derived(name, inputs, compute, **{"group": inputs[0].group} | said)

    def _inputs(self, name: str, said: dict[str, Any]) -> tuple[Signal, ...]:
        """Return the points that a declaration names; nothing if one of them is broken."""
        wanted = said.pop("of", None) or (said.pop("magnitude"), said.pop("sign"))
        return self._signals(name, [declaration.name for declaration in wanted])

    def _parameters(self, name: str, method: Callable[..., Any]) -> tuple[Signal, ...]:
        """Return the points that a method names as its parameters."""
        parameters = [*inspect.signature(method).parameters.values()][1:]
        if not parameters or any(parameter.kind != parameter.POSITIONAL_OR_KEYWORD for parameter in parameters):
            self.flaws.append(Flaw("a derived point is a method of `self` and the points that it needs, by name", name))
            return ()
        return self._signals(name, [parameter.name for parameter in parameters])

    def _signals(self, name: str, wanted: Sequence[str]) -> tuple[Signal, ...]:
        """Return the points of these names; nothing if one of them is not there, which is told, or broken."""
        for missing in (want for want in wanted if want not in self._declared):
            known = did_you_mean(missing, self._declared)
            what = f"'{missing}' is no point of this driver{known}" if missing else "needs points that have a name"
            self.flaws.append(Flaw(what, name))
        if any(want in self._underway for want in wanted):
            self.flaws.append(Flaw("is derived from itself", name))
            return ()
        found = [self._named(want) for want in wanted if want in self._declared]
        for factor in (factor.point.name for factor in found if isinstance(factor, Factor)):
            self.flaws.append(Flaw(f"'{factor}' scales points and cannot be an input", name))
        signals = tuple(signal for signal in found if isinstance(signal, Point | Derived))
        return signals if len(signals) == len(wanted) else ()


def _compute(type_name: str, said: dict[str, Any]) -> Callable[..., float]:
    match type_name:
        case "sum_of":
            return Sum()
        case "product_of":
            return Product()
        case _:
            negative = said.pop("negative", None)
            return SignedBy(None if negative is None else frozenset(negative))


def _field_flaws(name: str, type_name: str, said: Mapping[str, Any]) -> Iterator[Flaw]:
    """Yield what keeps a mask from being one."""
    mask = said.get("mask")
    if mask is None:
        return
    if said.get("words", 1) not in (1, 2, 4):
        yield Flaw(f"{type_name} with a mask has 1, 2, 4 words, not {said['words']}", name, ("words",))
        return
    bits = 16 * codec(type_name, said.get("words")).items  # type: ignore[arg-type]
    adjacent = mask > 0 and (mask + (mask & -mask)) & mask == 0
    if not adjacent or mask >= 1 << bits:
        yield Flaw(f"{mask:#06x} is not a mask of adjacent bits, of {bits}", name, ("mask",))
