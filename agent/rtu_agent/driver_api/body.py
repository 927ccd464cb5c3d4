"""What an author may write in a class: options and points.

The shapes are made from the type hints of the author's words, so a map in YAML, a class that no type checker has seen
and a class that one has are held to the same vocabulary.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Final, get_type_hints

from rtu_agent.domain.problem import did_you_mean
from rtu_agent.driver_api.declaration import Declared
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.header import HEADER
from rtu_agent.driver_api.hints import AT, METHOD, SCALE, SIGNAL, SIGNALS
from rtu_agent.driver_api.options import (
    BcdOptions,
    CodeOptions,
    DecimalOptions,
    DerivedOptions,
    DriverOptions,
    FactorOptions,
    MultiplierOptions,
    NumberOptions,
    PointOptions,
    SignedOptions,
    TextOptions,
    UnsignedOptions,
)
from rtu_agent.driver_api.scripts import DiscoverMethod, ScriptMethod
from rtu_agent.driver_api.shape import Shape

_AT: Final = {"at": AT}
_UNIT: Final = {"unit": str}
_CODE: Final = {"names": Mapping[int, str]} | get_type_hints(CodeOptions)
_DERIVED: Final = get_type_hints(DerivedOptions)


def _number(options: type) -> dict[str, Any]:
    return _UNIT | get_type_hints(options) | {"scale": SCALE}


POINT_SHAPES: Final[Mapping[str, Shape]] = {
    "u16": Shape("u16", _number(UnsignedOptions), _AT),
    "i16": Shape("i16", _number(SignedOptions), _AT),
    "u32": Shape("u32", _number(UnsignedOptions), _AT),
    "i32": Shape("i32", _number(SignedOptions), _AT),
    "u64": Shape("u64", _number(UnsignedOptions), _AT),
    "i64": Shape("i64", _number(SignedOptions), _AT),
    "f32": Shape("f32", _number(NumberOptions), _AT),
    "f64": Shape("f64", _number(NumberOptions), _AT),
    "bcd": Shape("bcd", _number(BcdOptions), _AT),
    "decimal": Shape("decimal", _number(DecimalOptions), _AT),
    "string": Shape("string", get_type_hints(TextOptions), _AT | {"words": int}),
    "bits": Shape("bits", _CODE, _AT),
    "enum": Shape("enum", _CODE, _AT),
    "bit": Shape("bit", get_type_hints(PointOptions), {"at": int}),
    "scale_factor": Shape("scale_factor", get_type_hints(FactorOptions), {"at": int}),
    "decimal_places": Shape("decimal_places", get_type_hints(FactorOptions), {"at": int}),
    "multiplier": Shape("multiplier", get_type_hints(MultiplierOptions), _AT),
    "sum_of": Shape("sum_of", _DERIVED, {"of": SIGNALS}),
    "product_of": Shape("product_of", _UNIT | _DERIVED, {"of": SIGNALS}),
    "signed_by": Shape("signed_by", {"negative": tuple[int, ...]} | _DERIVED, {"magnitude": SIGNAL, "sign": SIGNAL}),
    "derived": Shape("derived", _UNIT | _DERIVED, {"compute": METHOD}),
}
"""The arguments of a point of each type."""
ONLY_IN_CLASSES: Final = ("derived",)
METHODS: Final = (ScriptMethod, DiscoverMethod)
OPTIONS_SHAPE: Final = Shape("a driver class", get_type_hints(DriverOptions))


def strangers(body: Mapping[str, Any], taken: Container[str]) -> Iterator[Flaw]:
    """Yield the attributes of a class body that mean nothing there, or are `taken` by what all drivers have."""
    for name, value in body.items():
        if isinstance(value, (Declared, *METHODS)):
            if name in taken:
                what = "point" if isinstance(value, Declared) else "script"
                yield Flaw(f"'{name}' is a word of every driver and cannot name a {what}", name, at_name=True)
        elif not (name.startswith("_") or name in HEADER or callable(value)):
            meant = did_you_mean(name, HEADER)
            yield Flaw(f"'{name}' is neither a point nor a word of a driver{meant}", path=(name,), at_name=True)
