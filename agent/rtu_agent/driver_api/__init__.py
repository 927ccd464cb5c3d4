"""All that a driver may import. `docs/drivers.md` is the guide."""

from rtu_agent.domain.registers import ref
from rtu_agent.driver_api.declaration import Declared
from rtu_agent.driver_api.derived import Derived, Signal
from rtu_agent.driver_api.deriving import derived, product_of, signed_by, sum_of
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.errors import DefinitionError, MapError
from rtu_agent.driver_api.factor import Factor
from rtu_agent.driver_api.fields import (
    bcd,
    bit,
    bits,
    decimal,
    decimal_places,
    enum,
    f32,
    f64,
    i16,
    i32,
    i64,
    multiplier,
    scale_factor,
    string,
    u16,
    u32,
    u64,
)
from rtu_agent.driver_api.hookspecs import hookimpl
from rtu_agent.driver_api.identity import Proof
from rtu_agent.driver_api.planned import Points
from rtu_agent.driver_api.point import Page, Point
from rtu_agent.driver_api.register_map import load as load_register_map
from rtu_agent.driver_api.scripts import discover, script, variants_by
from rtu_agent.driver_api.stepper import ScriptError, Stepper
from rtu_agent.driver_api.steps import Discovery, Read, Reply, Script, StepFailed, Write
from rtu_agent.driver_api.sunspec import sunspec_models
from rtu_agent.driver_api.wire import Boundary, Limits, Serial

__all__ = [
    "Boundary",
    "Declared",
    "DefinitionError",
    "Derived",
    "Discovery",
    "Driver",
    "Factor",
    "Limits",
    "MapError",
    "Page",
    "Point",
    "Points",
    "Proof",
    "Read",
    "Reply",
    "Script",
    "ScriptError",
    "Serial",
    "Signal",
    "StepFailed",
    "Stepper",
    "Write",
    "bcd",
    "bit",
    "bits",
    "decimal",
    "decimal_places",
    "derived",
    "discover",
    "enum",
    "f32",
    "f64",
    "hookimpl",
    "i16",
    "i32",
    "i64",
    "load_register_map",
    "multiplier",
    "product_of",
    "ref",
    "scale_factor",
    "script",
    "signed_by",
    "string",
    "sum_of",
    "sunspec_models",
    "u16",
    "u32",
    "u64",
    "variants_by",
]
