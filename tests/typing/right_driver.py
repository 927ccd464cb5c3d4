"""A driver that must type-check: every word of the author's vocabulary, as docs and manuals lead one to write it."""

from rtu_agent.driver_api import (
    Driver,
    Point,
    Serial,
    bcd,
    bit,
    bits,
    enum,
    f32,
    f64,
    hookimpl,
    i16,
    i32,
    i64,
    ref,
    string,
    u16,
    u32,
    u64,
)

STATES = {0: "stopped", 1: "running"}


class Right(
    Driver,
    table="holding",
    word_order="little",
    byte_order="big",
    max_block=50,
    gaps_readable=True,
    unreadable=[(0x0100, 0x01FF)],
    pause_s=0.05,
    min_interval_s=1,
    intervals={"slow": 300},
):
    """Everything."""

    name = "acme.right"
    kind = "energy_meter"
    serial = Serial(baudrate=19200, parity="even", stop_bits=2, unit=7)

    voltage_l1_n = u16(ref(40001), "V", scale=0.1)
    temperature = i16(0x0001, "°C", scale=0.1, offset=-100, invalid=[0x7FFF, 0x8000], valid=(-40, 125))
    energy_import_active = u32(0x0002, "Wh", counter=True, group="slow", word_order="big")
    active_power = i32(0x0004, "kW", scale=1, group="fast")
    energy_export_active = u64(0x0006, "kWh", counter=True)
    reactive_power = i64(0x000A, "var", byte_order="little")
    power_factor = f32(0x000E)
    frequency = f64(0x0010, "Hz", table="input")
    volume = bcd(0x0014, "m3", words=2)
    device_name = string(0x0016, 8, group="once")
    alarm = bits(0x001E, {0: "low"}, words=2, invalid=[0xFFFFFFFF])
    operating_state = enum(0x0020, STATES)
    digital_output_1 = bit(0x0000, table="coil")
    fan_stage = u16(0x0021, vendor_specific=True)


class Derived(Right, max_block=20):
    """The next model."""

    name = "acme.derived"

    current_l1 = u16(0x0022, "A")


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return both."""
    return [Right, Derived]


POINT: Point = Derived.voltage_l1_n
ADDRESS: int = Right.temperature.address
