"""A made-up device that has one point of every kind, for tests of what simulates and reads devices."""

from rtu_agent.driver_api import Driver, bcd, bit, bits, enum, f32, i16, string, u16, u32


class Allrounder(Driver, table="input", max_block=60, gaps_readable=True, unreadable=[(0x0030, 0x003F)]):
    """Measures everything, in every way."""

    name = "acme.allrounder"
    kind = "energy_meter"

    voltage = f32(0x0000, "V")
    current = f32(0x0006, "A")
    active_power = f32(0x000C, "W", group="fast")
    reactive_power = f32(0x0012, "var")
    apparent_power = f32(0x0018, "VA")
    power_factor = f32(0x001E)
    frequency = f32(0x0024, "Hz")
    energy_import_active = f32(0x0026, "kWh", counter=True)
    temperature = i16(0x0028, "°C", scale=0.1, invalid=[0x7FFF])
    humidity_relative = u16(0x0029, "%", scale=0.1, valid=(0, 100))
    status = bits(0x002A, {0: "fault"})
    operating_state = enum(0x002B, {3: "heating", 2: "idle"})
    firmware_version = u16(0x002C, group="once")
    device_name = string(0x002D, words=2)
    fan_starts = u16(0x0040, counter=True, vendor_specific=True)
    lamp_hours = bcd(0x0041, "h", vendor_specific=True, valid=(0, 500))
    serial_number = u32(0xFC00, table="holding", group="once")
    digital_output_1 = bit(0x0003, table="coil")
    digital_input_1 = bit(0x0000, table="discrete_input")
