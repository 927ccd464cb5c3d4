"""Carlo Gavazzi EM100 and ET100 series: single-phase energy meters.

The protocol prints reference numbers beside hexadecimal physical addresses; the latter are the addresses on the wire.
The tables are the same for functions 3 and 4. The low word comes first.

Where sources disagree:

- word order: the vendor and OpenEMS say low word first and are followed; a template of evcc reads plain numbers.
- current: thousandths, as the vendor says; OpenEMS takes hundredths.

The import counter stands in several places: in tenths of a kWh in all meters; in thousandths, as a whole number and its
decimals, in the EM111 and EM112; in tenths of a Wh in the EM112 from firmware B.25 on. The finest of them is read. A
meter that refuses its register is one for the driver of the next coarser.
"""

from rtu_agent.driver_api import Driver, Serial, enum, i16, i32, i64, sum_of

OVERFLOW = [0x7FFF_FFFF]
MODELS = {
    100: "EM110",
    101: "EM111",
    102: "EM112",
    103: "EM111",
    104: "EM112",
    110: "EM110",
    114: "EM111",
    120: "ET112",
    121: "ET112",
}
VERSIONS = dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


class EM110(Driver, table="input", word_order="little", max_block=50, gaps_readable=True):
    """What a model lacks reads as 0; what is in no table is refused.

    The code of the model can be read alone only: to a wider read its address is half of the demand.
    """

    name = "carlo_gavazzi.em110"
    kind = "energy_meter"
    products = ["EM110"]
    source = "Carlo Gavazzi EM100 series and ET100 series communication protocol"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage = i32(0x0000, "V", scale=0.1, invalid=OVERFLOW)
    current = i32(0x0002, "A", scale=0.001, invalid=OVERFLOW)
    active_power = i32(0x0004, "W", scale=0.1, invalid=OVERFLOW)
    apparent_power = i32(0x0006, "VA", scale=0.1, invalid=OVERFLOW)
    reactive_power = i32(0x0008, "var", scale=0.1, invalid=OVERFLOW)
    active_power_demand = i32(0x000A, "W", scale=0.1, invalid=OVERFLOW, group="slow")
    active_power_demand_max = i32(0x000C, "W", scale=0.1, invalid=OVERFLOW, group="slow")
    power_factor = i16(0x000E, scale=0.001)
    frequency = i16(0x000F, "Hz", scale=0.1)

    energy_import_active = i32(0x0010, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_reactive = i32(0x0012, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_partial_import_active = i32(0x0014, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_partial_import_reactive = i32(0x0016, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_t1 = i32(0x0018, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_t2 = i32(0x001A, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_export_active = i32(0x0020, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_export_reactive = i32(0x0022, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)

    model_id = enum(0x000B, MODELS, group="once", alone=True)
    firmware_version = enum(0x0302, VERSIONS, group="once", alone=True)
    firmware_revision = enum(0x0303, group="once", alone=True, vendor_specific=True)

    identity = {model_id: [100, 110]}


class EM111(EM110):
    """With an import counter of thousandths."""

    name = "carlo_gavazzi.em111"
    products = ["EM111"]

    _whole = i32(0x0400, "kWh", invalid=OVERFLOW)
    _decimals = i32(0x0402, "kWh", scale=0.001, invalid=OVERFLOW)
    energy_import_active = sum_of(_whole, _decimals, group="slow", counter=True)

    identity = {EM110.model_id: [101, 103, 114]}


class EM112(EM111, max_block=125):
    """Answers wider reads."""

    name = "carlo_gavazzi.em112"
    products = ["EM112"]

    identity = {EM110.model_id: [102, 104]}


class EM112B25(EM112, without=["_whole", "_decimals"]):
    """With an import counter of tenths of a Wh."""

    name = "carlo_gavazzi.em112-b25"
    products = ["EM112 from firmware B.25"]

    energy_import_active = i64(0x0600, "Wh", scale=0.1, group="slow", counter=True)


class ET112(EM110, max_block=125):
    """Without a display, but it counts its hours."""

    name = "carlo_gavazzi.et112"
    products = ["ET112"]

    operating_time = i32(0x002C, "h", scale=0.01, invalid=OVERFLOW, group="slow", counter=True)

    identity = {EM110.model_id: [120, 121]}
