"""What a point says about itself: its span, its column, the kind of its value, and how it is encoded."""

import struct
from math import inf
from typing import Any

import pytest

from rtu_agent.domain.record import Field
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, bcd, bit, bits, enum, f32, f64, i16, i32, string, u16, u32, u64
from rtu_agent.driver_api.point import Point


class Everything(Driver, table="input"):
    """A point of every nature."""

    name = "test.everything"
    kind = "test"

    voltage_l1_n = f32(0x00, "V")
    active_power = i16(0x02, "kW", scale=0.01)
    temperature = i16(0x03, "°F", scale=0.1, offset=-40)
    process_value = i16(0x04, "kPa", scale=0.1)
    power_factor = i16(0x05, scale=0.001)
    ph = u16(0x06, "pH", scale=0.01)
    energy_import_active = u64(0x08, "Wh", counter=True)
    volume = bcd(0x0C, "m3", words=2, scale=0.01)
    status = bits(0x0E, {0: "fault"})
    operating_state = enum(0x0F, {1: "run", 2: "stop"})
    alarm = u16(0x10)
    serial_number = u32(0x12)
    firmware_version = u16(0x14, scale=0.01)
    device_name = string(0x15, 4)
    digital_output_1 = bit(0x00, table="coil")
    fan_stage = u16(0x19, vendor_specific=True)
    fan_speed = u16(0x1A, "/min", vendor_specific=True)
    fan_flags = bits(0x1B, words=2, vendor_specific=True)
    reference = f64(0x1D, vendor_specific=True)


@pytest.mark.parametrize(
    ("point", "field"),
    [
        (Everything.voltage_l1_n, Field("voltage_l1_n_v", "float", "V")),
        (Everything.active_power, Field("active_power_w", "float", "W")),
        (Everything.temperature, Field("temperature_c", "float", "°C")),
        (Everything.process_value, Field("process_value_kpa", "float", "kPa")),
        (Everything.power_factor, Field("power_factor", "float", "")),
        (Everything.ph, Field("ph", "float", "pH")),
        (Everything.energy_import_active, Field("energy_import_active_kwh", "float", "kWh", 2**64 / 1000)),
        (Everything.status, Field("status", "int", "")),
        (Everything.operating_state, Field("operating_state", "int", "")),
        (Everything.alarm, Field("alarm", "int", "")),
        (Everything.serial_number, Field("serial_number", "int", "")),
        (Everything.firmware_version, Field("firmware_version", "float", "")),
        (Everything.device_name, Field("device_name", "string", "")),
        (Everything.digital_output_1, Field("digital_output_1", "bool", "")),
        (Everything.fan_stage, Field("fan_stage", "float", "")),
        (Everything.fan_speed, Field("fan_speed_rpm", "float", "rpm")),
        (Everything.fan_flags, Field("fan_flags", "int", "")),
    ],
    ids=lambda value: value.name,
)
def test_the_column_of_a_point(point: Point, field: Field) -> None:
    """Canonical unit, its suffix, and one kind of value for ever: floats for amounts, integers for codes."""
    assert point.field == field


@pytest.mark.parametrize(
    ("point", "span"),
    [
        (Everything.voltage_l1_n, Span(Table.INPUT, 0x00, 2)),
        (Everything.active_power, Span(Table.INPUT, 0x02, 1)),
        (Everything.energy_import_active, Span(Table.INPUT, 0x08, 4)),
        (Everything.device_name, Span(Table.INPUT, 0x15, 4)),
        (Everything.digital_output_1, Span(Table.COIL, 0x00, 1)),
        (Everything.fan_flags, Span(Table.INPUT, 0x1B, 2)),
    ],
)
def test_the_span_is_all_that_must_be_read(point: Point, span: Span) -> None:
    """Words of one value are never split, so a planner needs to know how many there are."""
    assert (point.span, point.count) == (span, span.count)


@pytest.mark.parametrize(
    ("point", "value", "wire"),
    [
        (Everything.voltage_l1_n, 230.2, struct.pack(">f", 230.2)),
        (Everything.active_power, -1230.0, struct.pack(">h", -123)),
        (Everything.active_power, -1234.0, struct.pack(">h", -123)),  # the nearest step of 10 W
        (Everything.active_power, -1235.1, struct.pack(">h", -124)),
        (Everything.temperature, 20.0, struct.pack(">h", 1080)),
        (Everything.energy_import_active, 1.5, struct.pack(">Q", 1500)),
        (Everything.volume, 1234.56, bytes.fromhex("00123456")),
        (Everything.status, 5, b"\0\5"),
        (Everything.device_name, "PM1", b"PM1\0\0\0\0\0"),
        (Everything.digital_output_1, True, b"\1"),
        (Everything.reference, -0.0, struct.pack(">d", -0.0)),
    ],
)
def test_a_canonical_value_becomes_what_the_device_sends(point: Point, value: Any, wire: bytes) -> None:
    """Simulators speak in canonical values, devices in words."""
    assert point.encode(value) == wire


@pytest.mark.parametrize(
    ("point", "value"),
    [
        (Everything.active_power, 327_680.0),
        (Everything.active_power, float("nan")),
        (Everything.active_power, float("inf")),
        (Everything.volume, -0.01),
        (Everything.volume, 1_000_000.0),
        (Everything.voltage_l1_n, 1e39),
        (Everything.status, 65536),
        (Everything.device_name, "123456789"),
        (Everything.energy_import_active, 2.0**64),
    ],
)
def test_a_value_that_no_words_stand_for_is_refused(point: Point, value: Any) -> None:
    """The simulator learns that its value is impossible, instead of sending another."""
    with pytest.raises(ValueError, match=r"fit|there are|no number"):
        point.encode(value)


@pytest.mark.parametrize("raw", [0, 1, (1 << 53) + 1, (1 << 64) - 2, (1 << 64) - 1])
def test_the_ends_of_a_wide_range_can_be_sent(raw: int) -> None:
    """The float nearest to the largest number lies outside of the range; it still means that number."""
    value = Everything.energy_import_active.linear(raw)

    sent = int.from_bytes(Everything.energy_import_active.encode(value), "big")

    assert Everything.energy_import_active.linear(sent) == value


def test_points_are_values() -> None:
    """Two points that say the same are equal, and can be kept in sets."""
    assert len({*Everything.points, *Everything.points}) == len(Everything.points)


@pytest.mark.parametrize(
    ("point", "counts_to"),
    [
        (u16(0, "kWh", counter=True), 65_536.0),
        (u32(0, "Wh", scale=10, counter=True), 2**32 / 100),
        (bcd(0, "kWh", counter=True), 10_000.0),
        (i32(0, "kWh", counter=True), inf),
        (f32(0, "kWh", counter=True), inf),
        (u32(0, "kWh"), None),
    ],
)
def test_where_a_counter_begins_again(point: Point, counts_to: float | None) -> None:
    """An unsigned register overflows to zero, in the canonical unit; of others nobody knows."""
    driver = type("Meter", (Driver,), {"name": "a.b", "kind": "k", "energy_import_active": point}, table="input")
    assert driver.points[0].field.counts_to == counts_to
