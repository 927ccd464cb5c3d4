"""The JSON Schema of a register map, for editors: they complete keys, show what each means and mark mistakes.

It is made from the shapes that check a map, so the two cannot drift apart. `deploy/register-map.schema.json` holds it.
What a schema cannot say, such as the names of the common schema, `rtu-agent drivers check` says.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from rtu_agent.domain.units import UnitSymbol
from rtu_agent.driver_api.body import ONLY_IN_CLASSES, OPTIONS_SHAPE, POINT_SHAPES
from rtu_agent.driver_api.header import FACTS, SERIAL_SHAPE
from rtu_agent.driver_api.identity import DeviceText
from rtu_agent.driver_api.shape import Shape
from rtu_agent.driver_api.wire import DEFAULT_INTERVALS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DURATION: Final = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$"}
_UNIT: Final = {"enum": [*get_args(UnitSymbol)]}
_POINT_NAME: Final = "^_?[a-z][a-z0-9]*(_[a-z0-9]+)*$"

OPTIONS: Final[Mapping[str, str]] = {
    "at": "Zero-based address on the wire; a list of one for each word, where they do not follow each other.",
    "unit": "The unit in which the device gives the value.",
    "scale": "The value is number * scale + offset. A number, a factor of this map, or a list of both, multiplied.",
    "offset": "What is added after scaling, in `unit`.",
    "invalid": "Bit patterns, without a sign, by which the device says that it has no value.",
    "valid": "The smallest and the largest value that can be true, in `unit`.",
    "group": "Points of one group are polled together.",
    "counter": "The value only grows, until it rolls over or is reset.",
    "rolls_over_at": "Where a counter is back at zero, in `unit`; without it, where its registers overflow.",
    "most_per_hour": "More a counter cannot count in an hour, in `unit`.",
    "deadband": "By how much it may change and say nothing new, in `unit`, where a site reports by exception.",
    "vendor_specific": "The name is not in the common schema; the point keeps its own name and unit.",
    "table": "Where the items are.",
    "word_order": "`little` if the low word of a wide value comes first.",
    "byte_order": "`little` if the low byte of a register comes first.",
    "words": "How many registers the value has.",
    "digits": "How many decimal digits one register holds.",
    "mask": "Which adjacent bits of the registers are the value.",
    "sign_bit": "The highest bit is the sign, the others are the magnitude.",
    "one_per_word": "One character in each register, in its low byte.",
    "four_quadrant": "A power factor that goes on beyond 1 and -1 where the current leads.",
    "alone": "Must be read in a request of its own.",
    "page": "A holding register and what it must hold while the point is read.",
    "names": "What each code, or each bit from 0, is called.",
    "number": "How the factor is written.",
    "of": "The points that it is computed from.",
    "magnitude": "The point that says how much.",
    "sign": "The point that says whether it is below zero.",
    "negative": "The codes of `sign` that mean below zero; without them its own sign is taken.",
    "max_block": "Most registers, or coils, of one read.",
    "gaps_readable": "Addresses between two points may be read along.",
    "unreadable": "First and last address of ranges of `table` that must not be read.",
    "boundaries": "Addresses of `table` that no read may cross.",
    "stride": "By how much the address grows from one register to the next; 2 where a device counts bytes.",
    "products": "The models that it is for, as they are sold.",
    "source": "The document that it follows: title, version, section.",
    "confidence": "How well that is known to be true.",
    "api": "The version of the driver API that it is written for.",
    "baudrate": "Bits a second.",
    "parity": "The parity bit.",
    "stop_bits": "Stop bits of a character.",
}
"""What each key means, in a line."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a register map."""
    types = {name: _point(name, shape) for name, shape in POINT_SHAPES.items() if name not in ONLY_IN_CLASSES}
    options = _explained(OPTIONS_SHAPE, *("pause_s", "timeout_s", "min_interval_s", "intervals", "without"))
    serial = _object(
        {**_explained(SERIAL_SHAPE, "unit"), "unit": _said("Its address on the bus.", {"type": "integer"})}
    )
    return {
        "$schema": _DIALECT,
        "title": "Register map of rtu-agent",
        **_object(
            {
                "driver": _said("vendor.model, as a site file says it.", {"type": "string"}),
                "kind": _said("What its values are stored under, such as `energy_meter`.", {"type": "string"}),
                "description": _said("What it is, in prose.", {"type": "string"}),
                **_explained(Shape("", FACTS)),
                "serial": _said("The settings with which the device leaves the factory.", serial),
                "type": _said("The type of all points that do not say theirs.", {"enum": [*types]}),
                **options,
                "pause": _said("Silence before a request, beyond that of the standard.", _DURATION),
                "timeout": _said("How long the device may think before it answers.", _DURATION),
                "min_interval": _said("Asking more often than this brings nothing new.", _DURATION),
                "intervals": _said("Time between two polls of a group.", _intervals()),
                "identity": _said("What the device must say if it is the one.", _identity()),
                "variants": _said("Other maps, by what a point says.", _variants()),
                "points": _said("The points, by name; what begins with `_` is not stored.", _points(types)),
            },
            "driver",
            "kind",
            "points",
        ),
        "$defs": types,
    }


def _said(description: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, **said}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _explained(shape: Shape, *without: str) -> dict[str, Any]:
    """Return what a shape says of each key, and what the key means."""
    schemas = {key: schema for key, schema in shape.schemas().items() if key not in without}
    return {key: _said(OPTIONS[key], _UNIT if key == "unit" else schema) for key, schema in schemas.items()}


def _point(name: str, shape: Shape) -> dict[str, Any]:
    return _object({"type": _said("What is written there.", {"const": name}), **_explained(shape)}, *shape.required)


def _points(types: Mapping[str, Any]) -> dict[str, Any]:
    """A point that does not say its type has that of the map, so it may be any."""
    any_type = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in types]}
    return {
        "type": "object",
        "patternProperties": {_POINT_NAME: any_type},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _intervals() -> dict[str, Any]:
    return _object({group: _said(f"Time between two polls of {group}.", _DURATION) for group in DEFAULT_INTERVALS})


def _identity() -> dict[str, Any]:
    one = {"type": ["integer", "string"]}
    expected = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
    texts = {name: _said("What the device says about itself.", expected) for name in get_args(DeviceText)}
    return {
        "type": "object",
        "properties": texts,
        "patternProperties": {_POINT_NAME: expected},
        "additionalProperties": False,
    }


def _variants() -> dict[str, Any]:
    maps = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
    return _object(
        {
            "by": _said("The point that tells them apart.", {"type": "string"}),
            "of": _said("The path of a map, from the folder of this one, by what the point says.", maps),
        },
        "by",
        "of",
    )
