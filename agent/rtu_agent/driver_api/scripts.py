"""The words in which an author writes what a table cannot say: in what order to ask, and which device this is.

@script(group="slow", writes=True)
def latched(self, points: Points) -> Script:
yield Write(0x2000, 1)
yield from points
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rtu_agent.driver_api.declaration import Declaration
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.planned import Points
from rtu_agent.driver_api.steps import Discovery, Script
from rtu_agent.driver_api.wire import DEFAULT_INTERVALS, Group

if TYPE_CHECKING:
    from rtu_agent.driver_api.driver import Driver

_PARAMETERS_OF_SCRIPT: Final = 2
_PARAMETERS_OF_DISCOVERY: Final = 1


@dataclass(frozen=True, slots=True)
class ScriptMethod:
    """A method that reads the points of a group."""

    method: Callable[[Any, Points], Script]
    group: Group
    writes: bool


@dataclass(frozen=True, slots=True)
class DiscoverMethod:
    """A method that finds the driver for this very device."""

    method: Callable[[Any], Discovery]


@dataclass(frozen=True, slots=True)
class Variants:
    """Drivers by what a point of the device says."""

    by: Declaration
    of: "Mapping[int | str, type[Driver]]"

    def chosen(self, said: object) -> "type[Driver] | None":
        """Return the driver for what the point says: of texts, for the longest with which it begins."""
        if not isinstance(said, str):
            return next((driver for code, driver in self.of.items() if code == said), None)
        fitting = [code for code in self.of if isinstance(code, str) and said.startswith(code)]
        return self.of[max(fitting, key=len)] if fitting else None


def script(
    group: Group = "normal", *, writes: bool = False
) -> Callable[[Callable[[Any, Points], Script]], ScriptMethod]:
    """Let a method read all points of a group: it says `yield from points` where they are to be read.

    Args:
        group: of which points.
        writes: that it yields `Write`, for which the site must allow it.
    """
    return lambda method: ScriptMethod(method, group, writes)


def discover(method: Callable[[Any], Discovery]) -> DiscoverMethod:
    """Let a method find out, before a device is polled, which driver is the one for it."""
    return DiscoverMethod(method)


def variants_by(point: Declaration, variants: "Mapping[int | str, type[Driver]]") -> Variants:
    """Let a point of the device choose its driver: by its number, or by the beginning of its text."""
    return Variants(point, dict(variants))


def script_flaws(body: Mapping[str, Any], groups: AbstractSet[str]) -> Iterator[Flaw]:
    """Yield what is wrong with the scripts of a class body; `groups` are those of the points of the class."""
    reads: dict[str, str] = {}
    finds: list[str] = []
    for name, value in body.items():
        if isinstance(value, ScriptMethod):
            yield from _shape(name, value.method, _PARAMETERS_OF_SCRIPT, "`self` and `points`")
            if value.group not in groups:
                what = "no point is" if value.group in DEFAULT_INTERVALS else "no point can be"
                yield Flaw(f"{what} of group '{value.group}', so there is nothing to read", name)
            elif reads.setdefault(value.group, name) != name:
                yield Flaw(f"'{reads[value.group]}' reads the points of group '{value.group}' already", name)
        elif isinstance(value, DiscoverMethod):
            yield from _shape(name, value.method, _PARAMETERS_OF_DISCOVERY, "`self`")
            finds.append(name)
    for name in finds[1:]:
        yield Flaw(f"'{finds[0]}' discovers already", name)


def variant_flaws(variants: object, points: Mapping[str, Any], every_driver: type) -> Iterator[Flaw]:
    """Yield what is wrong with the variants of a class that has these points."""
    if not isinstance(variants, Variants):
        yield Flaw(f"variants must be variants_by(...), not {variants!r}", path=("variants",))
        return
    by: object = variants.by
    if not (isinstance(by, Declaration) and by.name in points):
        yield Flaw("variants are chosen by a point of this driver", path=("variants",))
    chosen: Mapping[Any, object] = variants.of
    for key, driver in chosen.items():
        if isinstance(key, bool) or not isinstance(key, int | str):
            yield Flaw(f"variants are for whole numbers or texts, not for {key!r}", path=("variants",))
        if not (isinstance(driver, type) and issubclass(driver, every_driver)):
            yield Flaw(f"the variant for {key!r} must be a driver class, not {driver!r}", path=("variants",))


def _shape(name: str, method: object, parameters: int, which: str) -> Iterator[Flaw]:
    if not (inspect.isgeneratorfunction(method) and len(inspect.signature(method).parameters) == parameters):
        yield Flaw(f"must be a method with {which} that yields steps", name)
