"""Chint DTSU666: three-phase energy meters.

The manual prints addresses as they are on the wire. Measurements are floats that are multiplied beforehand: volts and
watts by 10, amperes and power factors by 1000, hertz by 100.

Where sources disagree:

- scale: the manual (marks of `x 0.1`), mbmd and smart-stuff.nl are followed; star.ke.st lists the plain numbers.
- energies: at 0x101E, as mbmd and star.ke.st say; aggsoft has them at 0x401E, where meters of the older protocol keep
  them: these have a driver of their own.
- unit: 1, as the manual says; meters that are sold with an inverter are often set to 2.

Set to DL/T645 (protocol code 1 in 0x002C), a meter does not answer Modbus. Variants -H for inverters have another map.
"""

from rtu_agent.driver_api import Driver, Serial, enum, f32, i16, multiplier

WIRING_MODES = {0: "three phases, four wires", 1: "three phases, three wires"}


class DTSU666(Driver, table="holding"):
    """Connected directly, without transformers."""

    name = "chint.dtsu666"
    kind = "energy_meter"
    products = ["DTSU666", "DSSU666"]
    source = "Chint DTSU666-CT user manual ZTY0.464.1448, page 13; volkszaehler/mbmd, meters/rs485/dtsu666.go"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_l1_l2 = f32(0x2000, "V", scale=0.1)
    voltage_l2_l3 = f32(0x2002, "V", scale=0.1)
    voltage_l3_l1 = f32(0x2004, "V", scale=0.1)
    voltage_l1_n = f32(0x2006, "V", scale=0.1)
    voltage_l2_n = f32(0x2008, "V", scale=0.1)
    voltage_l3_n = f32(0x200A, "V", scale=0.1)
    current_l1 = f32(0x200C, "A", scale=0.001)
    current_l2 = f32(0x200E, "A", scale=0.001)
    current_l3 = f32(0x2010, "A", scale=0.001)
    active_power = f32(0x2012, "W", scale=0.1)
    active_power_l1 = f32(0x2014, "W", scale=0.1)
    active_power_l2 = f32(0x2016, "W", scale=0.1)
    active_power_l3 = f32(0x2018, "W", scale=0.1)
    reactive_power = f32(0x201A, "var", scale=0.1)
    reactive_power_l1 = f32(0x201C, "var", scale=0.1)
    reactive_power_l2 = f32(0x201E, "var", scale=0.1)
    reactive_power_l3 = f32(0x2020, "var", scale=0.1)
    power_factor = f32(0x202A, scale=0.001)
    power_factor_l1 = f32(0x202C, scale=0.001)
    power_factor_l2 = f32(0x202E, scale=0.001)
    power_factor_l3 = f32(0x2030, scale=0.001)
    frequency = f32(0x2044, "Hz", scale=0.01)
    active_power_demand = f32(0x2050, "W", scale=0.1, group="slow")

    energy_import_active = f32(0x101E, "kWh", group="slow", counter=True)
    energy_import_active_l1 = f32(0x1020, "kWh", group="slow", counter=True)
    energy_import_active_l2 = f32(0x1022, "kWh", group="slow", counter=True)
    energy_import_active_l3 = f32(0x1024, "kWh", group="slow", counter=True)
    energy_net_active = f32(0x1026, "kWh", group="slow")
    energy_export_active = f32(0x1028, "kWh", group="slow", counter=True)
    energy_export_active_l1 = f32(0x102A, "kWh", group="slow", counter=True)
    energy_export_active_l2 = f32(0x102C, "kWh", group="slow", counter=True)
    energy_export_active_l3 = f32(0x102E, "kWh", group="slow", counter=True)

    firmware_version = i16(0x0000, group="once")
    wiring_mode = enum(0x0003, WIRING_MODES, group="once", vendor_specific=True)


class DTSU666CT(DTSU666):
    """Connected by transformers: the meter measures their secondary side, and tells the ratios that it is set to.

    Check one power against the display: that the registers hold secondary values is what the manual says, not all
    firmware has been seen.
    """

    name = "chint.dtsu666ct"
    products = ["DTSU666-CT"]

    _ct = multiplier(0x0006, number="i16")
    _vt = multiplier(0x0007, number="i16", scale=0.1)

    voltage_l1_l2 = f32(0x2000, "V", scale=(0.1, _vt))
    voltage_l2_l3 = f32(0x2002, "V", scale=(0.1, _vt))
    voltage_l3_l1 = f32(0x2004, "V", scale=(0.1, _vt))
    voltage_l1_n = f32(0x2006, "V", scale=(0.1, _vt))
    voltage_l2_n = f32(0x2008, "V", scale=(0.1, _vt))
    voltage_l3_n = f32(0x200A, "V", scale=(0.1, _vt))
    current_l1 = f32(0x200C, "A", scale=(0.001, _ct))
    current_l2 = f32(0x200E, "A", scale=(0.001, _ct))
    current_l3 = f32(0x2010, "A", scale=(0.001, _ct))
    active_power = f32(0x2012, "W", scale=(0.1, _ct, _vt))
    active_power_l1 = f32(0x2014, "W", scale=(0.1, _ct, _vt))
    active_power_l2 = f32(0x2016, "W", scale=(0.1, _ct, _vt))
    active_power_l3 = f32(0x2018, "W", scale=(0.1, _ct, _vt))
    reactive_power = f32(0x201A, "var", scale=(0.1, _ct, _vt))
    reactive_power_l1 = f32(0x201C, "var", scale=(0.1, _ct, _vt))
    reactive_power_l2 = f32(0x201E, "var", scale=(0.1, _ct, _vt))
    reactive_power_l3 = f32(0x2020, "var", scale=(0.1, _ct, _vt))
    active_power_demand = f32(0x2050, "W", scale=(0.1, _ct, _vt), group="slow")

    energy_import_active = f32(0x101E, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_import_active_l1 = f32(0x1020, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_import_active_l2 = f32(0x1022, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_import_active_l3 = f32(0x1024, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_net_active = f32(0x1026, "kWh", scale=(_ct, _vt), group="slow")
    energy_export_active = f32(0x1028, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_export_active_l1 = f32(0x102A, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_export_active_l2 = f32(0x102C, "kWh", scale=(_ct, _vt), group="slow", counter=True)
    energy_export_active_l3 = f32(0x102E, "kWh", scale=(_ct, _vt), group="slow", counter=True)


_NEWER_ENERGIES = (
    *("energy_import_active_l1", "energy_import_active_l2", "energy_import_active_l3", "energy_net_active"),
    *("energy_export_active_l1", "energy_export_active_l2", "energy_export_active_l3"),
)


class DTSU666Legacy(DTSU666, without=_NEWER_ENERGIES):
    """The older protocol: energies at 0x401E, none of the phases.

    Source: aggsoft.com, register list of DSU666 and DTSU666.
    """

    name = "chint.dtsu666_legacy"
    products = ["DTSU666 (older protocol)", "DSU666"]
    confidence = "medium"

    energy_import_active = f32(0x401E, "kWh", group="slow", counter=True)
    energy_export_active = f32(0x4028, "kWh", group="slow", counter=True)
