"""All that a driver may import. `docs/drivers.md` is the guide."""

from rtu_agent.domain.registers import ref
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.errors import DefinitionError, MapError
from rtu_agent.driver_api.fields import bcd, bit, bits, enum, f32, f64, i16, i32, i64, string, u16, u32, u64
from rtu_agent.driver_api.hookspecs import hookimpl
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.register_map import load as load_register_map
from rtu_agent.driver_api.wire import Limits, Serial

__all__ = [
    "DefinitionError",
    "Driver",
    "Limits",
    "MapError",
    "Point",
    "Serial",
    "bcd",
    "bit",
    "bits",
    "enum",
    "f32",
    "f64",
    "hookimpl",
    "i16",
    "i32",
    "i64",
    "load_register_map",
    "ref",
    "string",
    "u16",
    "u32",
    "u64",
]
