"""One value: what it becomes, and every reason why there is none."""

import math
import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api.codec import BitCodec, TypeName, WordCodec, codec
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.canonical import reader
from support.points import points, raws


def made(type_name: TypeName, unit: str = "1", *, words: int = 1, **said: Any) -> Point:
    """Return a vendor-specific point of two big-endian orders."""
    return Point("made_up", Table.INPUT, 0, codec(type_name, words, "big", "big"), unit, vendor_specific=True, **said)


def read(point: Point, wire: bytes) -> Value | Reason:
    """Return what a point makes of its registers."""
    assert not isinstance(point.codec, BitCodec)
    ordered = bytes(wire[place] for place in point.codec.order)
    return reader(point, point.codec)(*struct.unpack(f">{point.codec.struct_code}", ordered))


@pytest.mark.parametrize(
    ("point", "wire", "value"),
    [
        (made("u16"), "0003", 3.0),
        (made("i16", "°C", scale=0.1), "0131", 30.5),
        (made("i16", "°C", scale=0.1), "ff33", -20.5),
        (made("u32", "kWh", scale=0.01), "000003e9", 10.01),
        (made("f32", "V"), "43663333", 230.1999969482422),
        (made("f32", "V", scale=0.1), "44fc6000", 201.9),
        (made("f64", scale=-1), "3ff8000000000000", -1.5),
        (made("bcd", words=2, scale=0.01), "00123456", 1234.56),
        (made("u16", "%", scale=100 / 0x3FFF), "3fff", 100.0),
        (made("bits"), "8001", 0x8001),
        (made("enum", words=2), "ffffffff", 0xFFFFFFFF),
        (made("string", words=3), "53444d31000a", "SDM1"),
    ],
)
def test_good_values(point: Point, wire: str, value: Value) -> None:
    """Each type, with the kind of value that its column has."""
    found = read(point, bytes.fromhex(wire))

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("point", "wire", "reason"),
    [
        (made("u16", invalid=(0xFFFF,)), "ffff", Reason.SENTINEL),
        (made("u16", invalid=(0x8002, 0x8003)), "8003", Reason.SENTINEL),
        (made("i16", invalid=(0x8000,)), "8000", Reason.SENTINEL),
        (made("i32", invalid=(0xFFFFFFFF,)), "ffffffff", Reason.SENTINEL),
        (made("u64", invalid=(0xFFFFFFFFFFFFFFFF,)), "ffffffffffffffff", Reason.SENTINEL),
        (made("f32", invalid=(0x7F7FFFFF,)), "7f7fffff", Reason.SENTINEL),
        (made("f32", invalid=(0x80000000,)), "80000000", Reason.SENTINEL),
        (made("bcd", invalid=(0xFFFF,)), "ffff", Reason.SENTINEL),
        (made("enum", invalid=(0xFFFF,)), "ffff", Reason.SENTINEL),
        (made("bits", invalid=(0xFFFF,)), "ffff", Reason.SENTINEL),
        (made("f32"), "7fc00000", Reason.NOT_FINITE),
        (made("f32"), "ffc12345", Reason.NOT_FINITE),
        (made("f32", invalid=(0x7FC00000,)), "7fc00000", Reason.NOT_FINITE),
        (made("f32", scale=0.1), "7f800000", Reason.NOT_FINITE),
        (made("f32"), "ff800000", Reason.NOT_FINITE),
        (made("f64"), "7ff8000000000000", Reason.NOT_FINITE),
        (made("f64", scale=1000), "7fefffffffffffff", Reason.NOT_FINITE),
        (made("bcd"), "12a4", Reason.NOT_DECODABLE),
        (made("u16", "%", valid=(0, 100)), "0065", Reason.OUT_OF_RANGE),
        (made("i16", "%", valid=(0, 100)), "ffff", Reason.OUT_OF_RANGE),
        (made("u16", "%", scale=0.1, valid=(0, 100)), "03e9", Reason.OUT_OF_RANGE),
        (made("bcd", valid=(0, 100)), "0101", Reason.OUT_OF_RANGE),
    ],
)
def test_why_a_value_is_not_there(point: Point, wire: str, reason: Reason) -> None:
    """A bad value has a reason and never a number."""
    assert read(point, bytes.fromhex(wire)) is reason


@pytest.mark.parametrize(
    ("point", "wire", "value"),
    [
        (made("i16", invalid=(0x8000,)), "7fff", 32767.0),
        (made("i16", scale=0.1, invalid=(0x7FFF,)), "8001", -3276.7),
        (made("f32", invalid=(0x80000000,)), "00000000", 0.0),
        (made("f32", invalid=(0,)), "80000000", -0.0),
        (made("u16", valid=(0, 100)), "0000", 0.0),
        (made("u16", valid=(0, 100)), "0064", 100.0),
        (made("i16", "°F", scale=0.1, valid=(-40.1, 122.3)), "04c7", 122.3),
    ],
)
def test_the_neighbours_of_a_bad_value_are_good(point: Point, wire: str, value: float) -> None:
    """Patterns are compared bit by bit, and the limits of a range belong to it, in whatever unit."""
    found = read(point, bytes.fromhex(wire))

    assert found == value
    assert isinstance(found, float)
    assert math.copysign(1, found) == math.copysign(1, value)


def test_the_range_is_in_the_unit_of_the_author() -> None:
    """A canonical unit that differs does not move it."""
    fahrenheit = Point("temperature", Table.INPUT, 0, codec("i16", 1, "big", "big"), "°F", valid=(-40, 212))

    assert [read(fahrenheit, struct.pack(">h", raw)) for raw in (-41, -40, 212, 213)] == [
        Reason.OUT_OF_RANGE,
        -40.0,
        100.0,
        Reason.OUT_OF_RANGE,
    ]


@settings(deadline=None)
@given(st.data(), points().filter(lambda point: not isinstance(point.codec, BitCodec)))
def test_encoding_is_the_inverse_of_decoding(data: st.DataObject, point: Point) -> None:
    """Of every codec, order, scale and unit: what was decoded is encoded to something that decodes to the same."""
    assert isinstance(point.codec, WordCodec)
    sent = point.codec.encode(data.draw(raws(point.codec)))

    value = read(point, sent)

    if not isinstance(value, Reason):
        again = point.encode(value)
        assert read(point, again) == value
        if point.codec.items <= 2 and point.codec.type != "f32":
            assert again == sent


@settings(deadline=None)
@given(points(), st.binary(min_size=16, max_size=16), st.lists(st.integers(0, 0xFFFF), max_size=3))
def test_any_words_give_a_value_or_a_reason(point: Point, words: bytes, invalid: list[int]) -> None:
    """A device may send anything; a number that is not finite never comes out, and nothing is raised."""
    if isinstance(point.codec, BitCodec):
        return
    if point.codec.type != "string":
        point = replace(point, invalid=tuple(pattern for pattern in invalid if pattern >> 16 * point.count == 0))

    value = read(point, words[: 2 * point.count])

    kinds = {"float": float, "int": int, "string": str}
    assert type(value) in (Reason, kinds[point.kind])
    if isinstance(value, float):
        assert math.isfinite(value)
