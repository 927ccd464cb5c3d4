"""What an author may write in a class: options and points.

The shapes are made from the type hints of the author's words, so a map in YAML, a class that no type checker has seen
and a class that one has are held to the same vocabulary.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_type_hints

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.driver_api.codec import TypeName
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.fields import Declaration
from rtu_agent.driver_api.header import HEADER
from rtu_agent.driver_api.options import (
    BcdOptions,
    CodeOptions,
    DriverOptions,
    NumberOptions,
    PointOptions,
    TextOptions,
)
from rtu_agent.driver_api.shape import Shape

_AT: Final = {"at": int}
_NUMBER: Final = {"unit": str} | get_type_hints(NumberOptions)
_CODE: Final = {"names": Mapping[int, str]} | get_type_hints(CodeOptions)

POINT_SHAPES: Final[Mapping[TypeName, Shape]] = {
    "u16": Shape("u16", _NUMBER, _AT),
    "i16": Shape("i16", _NUMBER, _AT),
    "u32": Shape("u32", _NUMBER, _AT),
    "i32": Shape("i32", _NUMBER, _AT),
    "u64": Shape("u64", _NUMBER, _AT),
    "i64": Shape("i64", _NUMBER, _AT),
    "f32": Shape("f32", _NUMBER, _AT),
    "f64": Shape("f64", _NUMBER, _AT),
    "bcd": Shape("bcd", _NUMBER | get_type_hints(BcdOptions), _AT),
    "string": Shape("string", get_type_hints(TextOptions), _AT | {"words": int}),
    "bits": Shape("bits", _CODE, _AT),
    "enum": Shape("enum", _CODE, _AT),
    "bit": Shape("bit", get_type_hints(PointOptions), _AT),
}
"""The arguments of a point of each type."""
OPTIONS_SHAPE: Final = Shape("a driver class", get_type_hints(DriverOptions))

_MADE: Final = ("points", "limits", "intervals", "origin")


def strangers(body: Mapping[str, Any]) -> Iterator[Flaw]:
    """Yield the public attributes of a class body that mean nothing there, or something else."""
    for name, value in body.items():
        if isinstance(value, Declaration):
            if name in (*HEADER, *_MADE):
                yield Flaw(f"'{name}' is a word of every driver and cannot name a point", name, at_name=True)
        elif not (name.startswith("_") or name in HEADER or callable(value)):
            meant = did_you_mean(name, HEADER)
            yield Flaw(f"'{name}' is neither a point nor a word of a driver{meant}", path=(name,), at_name=True)
