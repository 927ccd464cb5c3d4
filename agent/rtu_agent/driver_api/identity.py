"""What proves that the device that answers is the one that the driver is for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from rtu_agent.driver_api.declaration import Declaration
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.point import Point

DeviceText = Literal["vendor_name", "product_code", "revision", "product_name", "model_name", "server_id"]
"""What a device says about itself in words: objects 0, 1, 2, 4 and 5 of function 43/14, or the reply to function 17."""
Expected = int | str
Identity = Mapping[Declaration | Point | DeviceText, Expected | Collection[Expected]]
"""What a point, or the device in words, must say: a number, the beginning of a text, or one of several."""

_TEXTS: Final = get_args(DeviceText)


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that the device must say."""

    source: Point | DeviceText
    """A point, or what the device says about itself in words."""
    expected: tuple[Expected, ...]
    """Any of these: a number, or the beginning of a text."""

    def holds(self, said: object) -> bool:
        """Return whether this is what the device must say."""
        if isinstance(said, str):
            return any(isinstance(one, str) and said.startswith(one) for one in self.expected)
        return said in self.expected


def proofs(identity: object, points: Mapping[str, Any]) -> tuple[tuple[Proof, ...], list[Flaw]]:
    """Return the proofs that an author has written, and what is wrong with others; `points` are those of the class."""
    if not isinstance(identity, Mapping):
        return (), [Flaw(f"identity must be a mapping, not {identity!r}", path=("identity",))]
    found, flaws = [], []
    for key, value in identity.items():
        name = key.name if isinstance(key, Declaration | Point) else key
        source = points.get(name, name)
        is_one = isinstance(value, str) or not isinstance(value, Collection)
        expected = (value,) if is_one else tuple(value)
        wrong = [*_flaws(name, source, expected)]
        flaws += wrong
        if not wrong:
            found.append(Proof(source, expected))
    return tuple(found), flaws


def _flaws(name: object, source: object, expected: tuple[object, ...]) -> Iterator[Flaw]:
    path = ("identity", str(name))
    if not isinstance(source, Point) and source not in _TEXTS:
        yield Flaw(
            f"identity: '{name}' is no point of this driver, nor one of {', '.join(_TEXTS)}", path=path, at_name=True
        )
        return
    of_text = not isinstance(source, Point) or source.kind == "string"
    kind, what = (str, "a text") if of_text else (int, "a whole number")
    for one in expected or (None,):
        if isinstance(one, bool) or not isinstance(one, kind):
            yield Flaw(f"identity: '{name}' says {what}, not {one!r}", path=path)
