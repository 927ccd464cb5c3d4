"""ABB B series and A series: energy meters with one or three phases.

The manual's hexadecimal register numbers are the addresses on the wire. What a meter does not measure reads as all
ones, of a signed number as the largest; both are said at each point.

Where sources are silent or disagree:

- serial settings: the manual does not tell those of the factory, these are the usual ones. Integrations try unit 2 as
  well (victronenergy/dbus-modbus-client) or assume 4800 baud (steefan85/ABB_B23_Energy_Meter).
- voltages between phases: L1-L2, L2-L3, L3-L1, as the latter has them; no meter has confirmed the order.
- apparent power: read as signed, although it is positive in practice.
"""

from rtu_agent.driver_api import Driver, Serial, i16, i32, i64, string, u16, u32, u64

NONE_U16, NONE_I16 = [0xFFFF], [0x7FFF]
NONE_U32, NONE_I32 = [0xFFFF_FFFF], [0x7FFF_FFFF]
NONE_U64, NONE_I64 = [0xFFFF_FFFF_FFFF_FFFF], [0x7FFF_FFFF_FFFF_FFFF]


class B21(Driver, table="holding", gaps_readable=True):
    """One phase. From 0x1000 to 0x8EFF any block of up to 125 registers can be read."""

    name = "abb.b21"
    kind = "energy_meter"
    products = ["B21"]
    source = "ABB B23/B24 user manual, document 2CMC485003M0201, revision E"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage = u32(0x5B00, "V", scale=0.1, invalid=NONE_U32)
    current = u32(0x5B0C, "A", scale=0.01, invalid=NONE_U32)
    active_power = i32(0x5B14, "W", scale=0.01, invalid=NONE_I32)
    reactive_power = i32(0x5B1C, "var", scale=0.01, invalid=NONE_I32)
    apparent_power = i32(0x5B24, "VA", scale=0.01, invalid=NONE_I32)
    frequency = u16(0x5B2C, "Hz", scale=0.01, invalid=NONE_U16)
    power_factor = i16(0x5B3A, scale=0.001, invalid=NONE_I16)

    energy_import_active = u64(0x5000, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_export_active = u64(0x5004, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_net_active = i64(0x5008, "kWh", scale=0.01, invalid=NONE_I64, group="slow")

    serial_number = u32(0x8900, group="once")
    firmware_version = string(0x8908, 8, group="once")
    model_id = string(0x8960, 6, group="once")

    identity = {model_id: "B21"}


class B21Steel(B21, without=["energy_export_active", "energy_net_active"]):
    """One phase, import only."""

    name = "abb.b21-steel"
    products = ["B21 1xx-xxx"]


class B23(B21, without=["voltage", "current"]):
    """Three phases."""

    name = "abb.b23"
    products = ["B23", "B24", "A43", "A44"]

    voltage_l1_n = u32(0x5B00, "V", scale=0.1, invalid=NONE_U32)
    voltage_l2_n = u32(0x5B02, "V", scale=0.1, invalid=NONE_U32)
    voltage_l3_n = u32(0x5B04, "V", scale=0.1, invalid=NONE_U32)
    voltage_l1_l2 = u32(0x5B06, "V", scale=0.1, invalid=NONE_U32)
    voltage_l2_l3 = u32(0x5B08, "V", scale=0.1, invalid=NONE_U32)
    voltage_l3_l1 = u32(0x5B0A, "V", scale=0.1, invalid=NONE_U32)
    current_l1 = u32(0x5B0C, "A", scale=0.01, invalid=NONE_U32)
    current_l2 = u32(0x5B0E, "A", scale=0.01, invalid=NONE_U32)
    current_l3 = u32(0x5B10, "A", scale=0.01, invalid=NONE_U32)
    current_n = u32(0x5B12, "A", scale=0.01, invalid=NONE_U32)
    active_power_l1 = i32(0x5B16, "W", scale=0.01, invalid=NONE_I32)
    active_power_l2 = i32(0x5B18, "W", scale=0.01, invalid=NONE_I32)
    active_power_l3 = i32(0x5B1A, "W", scale=0.01, invalid=NONE_I32)
    reactive_power_l1 = i32(0x5B1E, "var", scale=0.01, invalid=NONE_I32)
    reactive_power_l2 = i32(0x5B20, "var", scale=0.01, invalid=NONE_I32)
    reactive_power_l3 = i32(0x5B22, "var", scale=0.01, invalid=NONE_I32)
    apparent_power_l1 = i32(0x5B26, "VA", scale=0.01, invalid=NONE_I32)
    apparent_power_l2 = i32(0x5B28, "VA", scale=0.01, invalid=NONE_I32)
    apparent_power_l3 = i32(0x5B2A, "VA", scale=0.01, invalid=NONE_I32)
    power_factor_l1 = i16(0x5B3B, scale=0.001, invalid=NONE_I16)
    power_factor_l2 = i16(0x5B3C, scale=0.001, invalid=NONE_I16)
    power_factor_l3 = i16(0x5B3D, scale=0.001, invalid=NONE_I16)

    energy_import_active_l1 = u64(0x5460, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_import_active_l2 = u64(0x5464, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_import_active_l3 = u64(0x5468, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_export_active_l1 = u64(0x546C, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_export_active_l2 = u64(0x5470, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)
    energy_export_active_l3 = u64(0x5474, "kWh", scale=0.01, invalid=NONE_U64, group="slow", counter=True)

    identity = {B21.model_id: ["B23", "B24", "A43", "A44"]}


class B23Steel(
    B23,
    without=[
        "energy_export_active",
        "energy_net_active",
        "energy_export_active_l1",
        "energy_export_active_l2",
        "energy_export_active_l3",
    ],
):
    """Three phases, import only."""

    name = "abb.b23-steel"
    products = ["B23 1xx-xxx", "B24 1xx-xxx"]
