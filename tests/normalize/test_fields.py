"""Values that are not simply the bits of their registers: fields, signs, decimal words, words far apart, bytes."""

import struct
from typing import Any

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Point, bcd, bits, decimal, enum, f32, i16, i32, string, u16, u32
from rtu_agent.normalize.decode import Decoder


class Packed(Driver, table="holding"):
    """Every way of writing a value that is not a plain one."""

    name = "test.packed"
    kind = "test"

    battery_soc = u16(0x0000, "%", mask=0x00FF, invalid=[0xFF])
    balance_state = enum(0x0000, {1: "charging"}, mask=0x0300, vendor_specific=True)
    temperature = i16(0x0001, "°C", mask=0xFF00, invalid=[0x80])
    temperature_internal = i16(0x0001, "°C", mask=0x00FF, scale=0.5)
    active_power = i16(0x0002, "W", sign_bit=True, invalid=[0x8000])
    reactive_power = i32(0x0003, "var", sign_bit=True, word_order="little")
    current = u32(0x0005, "A", scale=1 / 65536)
    energy_import_active = decimal(0x0007, "kWh", scale=0.01)
    energy_export_active = decimal(0x0009, "kWh", words=3, digits=3, word_order="little")
    volume = u32((0x000E, 0x000C), "m3")
    frequency = u16(0x000D, "Hz", scale=0.01)
    pv_energy = u32((0x000F, 0x0011), "kWh", word_order="little")
    voltage = f32((0x0010, 0x0012), "V")
    device_name = string(0x0013, 4, one_per_word=True)
    alarm = bits(0x0017, {0: "low", 3: "high"}, mask=0x0FF0)
    power_factor = bcd(0x0018, scale=0.001, sign_bit=True)
    raised = u32(0x0019, mask=0x00FFFF00, word_order="little", byte_order="little", vendor_specific=True)


@pytest.mark.parametrize(
    ("point", "wire", "value"),
    [
        (Packed.battery_soc, "0264", 100.0),
        (Packed.battery_soc, "02ff", Reason.SENTINEL),
        (Packed.balance_state, "0264", 2),
        (Packed.balance_state, "fd64", 1),
        (Packed.temperature, "fe00", -2.0),
        (Packed.temperature, "7f80", 127.0),
        (Packed.temperature, "8000", Reason.SENTINEL),
        (Packed.temperature_internal, "80ff", -0.5),
        (Packed.active_power, "0005", 5.0),
        (Packed.active_power, "8005", -5.0),
        (Packed.active_power, "ffff", -32767.0),
        (Packed.active_power, "8000", Reason.SENTINEL),
        (Packed.reactive_power, "00058000", -5.0),
        (Packed.reactive_power, "00000001", 65536.0),
        (Packed.current, "00018000", 1.5),
        (Packed.energy_import_active, "0012162e", 185678 / 100),
        (Packed.energy_import_active, "270f270f", 999999.99),
        (Packed.energy_import_active, "00122710", Reason.NOT_DECODABLE),
        (Packed.energy_export_active, "000300020001", 1002003.0),
        (Packed.volume, "0002dead0001", 65538.0),
        (Packed.pv_energy, "0002dead0001", 65538.0),
        (Packed.voltage, "4366beef3333", 230.1999969482422),
        (Packed.device_name, "0041004200430000", "ABC"),
        (Packed.device_name, "0041002000200020", "A"),
        (Packed.alarm, "f09f", 9),
        (Packed.power_factor, "8950", -0.95),
        (Packed.power_factor, "0950", 0.95),
        (Packed.power_factor, "9999", -1.999),
        (Packed.power_factor, "80a0", Reason.NOT_DECODABLE),
        (Packed.raised, "34125678", 0x5612),
    ],
)
def test_a_value_or_a_reason(point: Point, wire: str, value: Any) -> None:
    """And the way back gives the same bits, where the value has any."""
    payload = bytes.fromhex(wire)
    decoded = Decoder([point], [point.span])([payload])

    assert next(iter(decoded.reasons.values()), decoded.values[0]) == value
    if not isinstance(value, Reason):
        words = [b"\0\0"] * point.count
        sent = point.encode(value)
        for place, address in enumerate(point.addresses):
            words[address - point.address] = sent[2 * place : 2 * place + 2]
        assert Decoder([point], [point.span])([b"".join(words)]).values == (value,)


def test_a_whole_block_of_them() -> None:
    """Points that share a register, and words between the words of another, are read in one go."""
    words = dict.fromkeys(range(0x1B), 0)
    words |= {0x00: 0x0164, 0x01: 0xFE01, 0x0C: 2, 0x0D: 5000, 0x0E: 1, 0x0F: 3, 0x10: 0x4366, 0x11: 4, 0x12: 0x3333}
    points = [point for point in Packed.points if point.address <= 1 or 0x0C <= point.address <= 0x12]

    decoded = Decoder(points, [Span(Table.HOLDING, 0, 0x1B)])([struct.pack(">27H", *words.values())])

    assert dict(zip((point.name for point in points), decoded.values, strict=True)) == {
        "battery_soc": 100.0,
        "balance_state": 1,
        "temperature": -2.0,
        "temperature_internal": 0.5,
        "volume": 65538.0,
        "frequency": 50.0,
        "pv_energy": 262147.0,
        "voltage": 230.1999969482422,
    }


def test_the_span_is_all_that_lies_between() -> None:
    """Words far apart are one read; each knows its own address."""
    assert (str(Packed.volume.span), Packed.volume.addresses) == ("holding 0x000C+3", (0x000E, 0x000C))
    assert (str(Packed.pv_energy.span), Packed.pv_energy.addresses) == ("holding 0x000F+3", (0x000F, 0x0011))


def test_codes_and_flags_have_names_for_people() -> None:
    """By point, and by the column of a record; what has no name has none."""
    assert Packed.alarm.meaning(0b1001) == ("low", "high")
    assert Packed.alarm.meaning(0b0100) == ()
    assert Packed.balance_state.meaning(1) == ("charging",)
    assert Packed.balance_state.meaning(7) == ()
    assert Packed.frequency.meaning(50.0) == ()
    assert Packed.meaning("alarm", 8) == ("high",)
    assert Packed.meaning("frequency_hz", 8) == Packed.meaning("unknown", 8) == ()


class Bytes(Driver, table="holding", stride=2, max_block=60, gaps_readable=True):
    """A device that counts bytes: the next register is two addresses on."""

    name = "test.bytes"
    kind = "battery"

    cell_voltage = u16(0x1200, "V", scale=0.001)
    battery_soc = u16(0x1202, "%", mask=0xFF)
    battery_voltage = u32(0x1290, "V", scale=0.001)
    battery_capacity = u32((0x1294, 0x1298), "Ah", scale=0.001)


def test_a_device_that_counts_bytes() -> None:
    """Inside, spans count registers; outside, addresses are those of the manual."""
    voltage, capacity = Bytes.battery_voltage, Bytes.battery_capacity

    assert (voltage.address, voltage.addresses, str(voltage.span)) == (0x1290, (0x1290, 0x1292), "holding 0x0948+2")
    assert (capacity.addresses, capacity.count) == ((0x1294, 0x1298), 3)
    block = Span(Table.HOLDING, 0x0900, 0x4D)
    words = dict.fromkeys(range(0x0900, 0x094D), 0) | {0x0900: 3300, 0x0901: 0x0164, 0x0949: 52000, 0x094C: 7}
    decoded = Decoder(Bytes.points, [block])([struct.pack(">77H", *words.values())])
    assert decoded.values == (3.3, 100.0, 52.0, 0.007)
