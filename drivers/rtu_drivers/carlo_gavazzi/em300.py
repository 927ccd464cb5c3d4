"""Carlo Gavazzi EM300 and ET300 series: three-phase energy meters.

The protocol prints reference numbers beside hexadecimal physical addresses; the latter are the addresses on the wire.
The tables are the same for functions 3 and 4. The low word comes first, but in engineering samples, whose model codes
are 330 and 340; they are not for these drivers.

Where sources disagree: headings of the protocol's tables say kW, kVA and kvar, its weights say tenths of W, VA and var.
The weights are followed, as by volkszaehler/mbmd, OpenEMS and Tinkerforge.
"""

from rtu_agent.driver_api import Driver, Serial, enum, i16, i32, string

OVERFLOW = [0x7FFF_FFFF]
PHASE_SEQUENCES = {0: "L1-L2-L3", 0xFFFF: "L1-L3-L2"}
MODELS = {331: "EM330", 332: "EM330", 335: "ET330", 336: "ET330", 341: "EM340", 345: "ET340", 346: "EM341"}
VERSIONS = dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


class EM340(Driver, table="input", word_order="little", max_block=50, gaps_readable=True):
    """What a model lacks reads as 0; what is in no table is refused.

    A power factor below zero is exported power. Codes of model and version can be read alone only: to a wider read the
    address of the former is half of a voltage.
    """

    name = "carlo_gavazzi.em340"
    kind = "energy_meter"
    products = ["EM330", "EM340", "EM341"]
    source = "Carlo Gavazzi series 300 communication protocol (EM341-Modbus)"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_l1_n = i32(0x0000, "V", scale=0.1, invalid=OVERFLOW)
    voltage_l2_n = i32(0x0002, "V", scale=0.1, invalid=OVERFLOW)
    voltage_l3_n = i32(0x0004, "V", scale=0.1, invalid=OVERFLOW)
    voltage_l1_l2 = i32(0x0006, "V", scale=0.1, invalid=OVERFLOW)
    voltage_l2_l3 = i32(0x0008, "V", scale=0.1, invalid=OVERFLOW)
    voltage_l3_l1 = i32(0x000A, "V", scale=0.1, invalid=OVERFLOW)
    current_l1 = i32(0x000C, "A", scale=0.001, invalid=OVERFLOW)
    current_l2 = i32(0x000E, "A", scale=0.001, invalid=OVERFLOW)
    current_l3 = i32(0x0010, "A", scale=0.001, invalid=OVERFLOW)
    active_power_l1 = i32(0x0012, "W", scale=0.1, invalid=OVERFLOW)
    active_power_l2 = i32(0x0014, "W", scale=0.1, invalid=OVERFLOW)
    active_power_l3 = i32(0x0016, "W", scale=0.1, invalid=OVERFLOW)
    apparent_power_l1 = i32(0x0018, "VA", scale=0.1, invalid=OVERFLOW)
    apparent_power_l2 = i32(0x001A, "VA", scale=0.1, invalid=OVERFLOW)
    apparent_power_l3 = i32(0x001C, "VA", scale=0.1, invalid=OVERFLOW)
    reactive_power_l1 = i32(0x001E, "var", scale=0.1, invalid=OVERFLOW)
    reactive_power_l2 = i32(0x0020, "var", scale=0.1, invalid=OVERFLOW)
    reactive_power_l3 = i32(0x0022, "var", scale=0.1, invalid=OVERFLOW)
    voltage_ln_avg = i32(0x0024, "V", scale=0.1, invalid=OVERFLOW)
    voltage_ll_avg = i32(0x0026, "V", scale=0.1, invalid=OVERFLOW)
    active_power = i32(0x0028, "W", scale=0.1, invalid=OVERFLOW)
    apparent_power = i32(0x002A, "VA", scale=0.1, invalid=OVERFLOW)
    reactive_power = i32(0x002C, "var", scale=0.1, invalid=OVERFLOW)
    power_factor_l1 = i16(0x002E, scale=0.001)
    power_factor_l2 = i16(0x002F, scale=0.001)
    power_factor_l3 = i16(0x0030, scale=0.001)
    power_factor = i16(0x0031, scale=0.001)
    phase_sequence = enum(0x0032, PHASE_SEQUENCES, vendor_specific=True)
    frequency = i16(0x0033, "Hz", scale=0.1)
    active_power_demand = i32(0x0038, "W", scale=0.1, invalid=OVERFLOW, group="slow")
    active_power_demand_max = i32(0x003A, "W", scale=0.1, invalid=OVERFLOW, group="slow")

    energy_import_active = i32(0x0034, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_reactive = i32(0x0036, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_partial_import_active = i32(0x003C, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_partial_import_reactive = i32(0x003E, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_l1 = i32(0x0040, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_l2 = i32(0x0042, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_l3 = i32(0x0044, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_t1 = i32(0x0046, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_import_active_t2 = i32(0x0048, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_export_active = i32(0x004E, "kWh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)
    energy_export_reactive = i32(0x0050, "kvarh", scale=0.1, invalid=OVERFLOW, group="slow", counter=True)

    model_id = enum(0x000B, MODELS, group="once", alone=True)
    firmware_version = enum(0x0302, VERSIONS, group="once", alone=True)
    firmware_revision = enum(0x0303, group="once", alone=True, vendor_specific=True)
    serial_number = string(0x5000, 7, group="once")

    identity = {model_id: [331, 332, 341, 346]}


class ET340(EM340, boundaries=[0x0082]):
    """Without a display, but with hours and, in a table of their own, distortions."""

    name = "carlo_gavazzi.et340"
    products = ["ET330", "ET340"]

    current_thd_l1 = i32(0x0082, "%", scale=0.01, invalid=OVERFLOW, group="slow")
    current_thd_l2 = i32(0x0084, "%", scale=0.01, invalid=OVERFLOW, group="slow")
    current_thd_l3 = i32(0x0086, "%", scale=0.01, invalid=OVERFLOW, group="slow")
    voltage_thd_l1 = i32(0x008A, "%", scale=0.01, invalid=OVERFLOW, group="slow")
    voltage_thd_l2 = i32(0x008C, "%", scale=0.01, invalid=OVERFLOW, group="slow")
    voltage_thd_l3 = i32(0x008E, "%", scale=0.01, invalid=OVERFLOW, group="slow")

    operating_time = i32(0x005A, "h", scale=0.01, invalid=OVERFLOW, group="slow", counter=True)

    identity = {EM340.model_id: [335, 336, 345]}
