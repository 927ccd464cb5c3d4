"""Growatt solar inverters, with and without a battery.

The vendor's decimal numbers are the addresses on the wire. An inverter without light has no power and does not answer:
at night it is offline.

Where sources disagree:

- generation: the older protocol has the output power at 11, the newer one at 35, hybrids of the series TL-XH have
  everything from 3000 on. Nothing in the measurements tells which it is, so there is a driver for each.
- power factor: 10000 is zero, 20000 is 1. Tinkerforge turns its sign round, which no other source does.
- serial number: newer series leave 23 to 27 blank, and no source knows where theirs is.
"""

from rtu_agent.driver_api import Driver, Serial, derived, enum, i32, string, u16, u32

STATES = {0: "waiting", 1: "normal", 3: "fault"}


class _Growatt(Driver, table="input", gaps_readable=True):
    """What all generations say about themselves."""

    name = "growatt.any"
    kind = "inverter"
    source = "esphome/esphome, growatt_solar.cpp; Tinkerforge/esp32-firmware, meters_modbus_tcp/growatt.py"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    rated_apparent_power = u32(6, "VA", scale=0.1, table="holding", group="once", vendor_specific=True)
    firmware_version = string(9, 3, table="holding", group="once")
    control_firmware_version = string(12, 3, table="holding", group="once", vendor_specific=True)
    serial_number = string(23, 5, table="holding", group="once")
    manufacturer = string(34, 8, table="holding", group="once")
    protocol_version = u16(88, scale=0.01, table="holding", group="once", vendor_specific=True)


class ProtocolI(_Growatt):
    """Inverters of the older protocol, with one or two strings."""

    name = "growatt.protocol1"
    products = ["inverters with protocol I"]

    operating_state = enum(0, STATES)
    dc_power = u32(1, "W", scale=0.1)
    pv1_voltage = u16(3, "V", scale=0.1)
    pv1_current = u16(4, "A", scale=0.1)
    pv1_power = u32(5, "W", scale=0.1)
    pv2_voltage = u16(7, "V", scale=0.1)
    pv2_current = u16(8, "A", scale=0.1)
    pv2_power = u32(9, "W", scale=0.1)
    active_power = u32(11, "W", scale=0.1)
    energy_yield = u32(28, "kWh", scale=0.1, group="slow", counter=True)
    temperature_internal = u16(32, "°C", scale=0.1, group="slow")


class MINTLX(ProtocolI):
    """Inverters of the newer protocol, with one phase."""

    name = "growatt.min_tl_x"
    products = ["MIC TL-X", "MIN TL-X"]

    active_power = u32(35, "W", scale=0.1)
    frequency = u16(37, "Hz", scale=0.01)
    voltage = u16(38, "V", scale=0.1)
    current = u16(39, "A", scale=0.1)
    energy_yield_day = u32(53, "kWh", scale=0.1, group="slow", counter=True)
    energy_yield = u32(55, "kWh", scale=0.1, group="slow", counter=True)
    pv_energy = u32(91, "kWh", scale=0.1, group="slow", counter=True)
    temperature_internal = u16(93, "°C", scale=0.1, group="slow")


class MODTLX(MINTLX, without=["voltage", "current"]):
    """Inverters of the newer protocol, with three phases. Of their powers the sources know the first only."""

    name = "growatt.mod_tl_x"
    products = ["MOD TL-X"]

    voltage_l1_n = u16(38, "V", scale=0.1)
    current_l1 = u16(39, "A", scale=0.1)
    active_power_l1 = u32(40, "W", scale=0.1)
    voltage_l2_n = u16(42, "V", scale=0.1)
    current_l2 = u16(43, "A", scale=0.1)
    voltage_l3_n = u16(46, "V", scale=0.1)
    current_l3 = u16(47, "A", scale=0.1)


class SPH(MINTLX):
    """Hybrid inverters: as MIN TL-X, and what flows into the battery, the house and the grid, each without a sign."""

    name = "growatt.sph"
    products = ["SPH"]

    battery_discharge_power = u32(1009, "W", scale=0.1)
    battery_charge_power = u32(1011, "W", scale=0.1)
    battery_soc = u16(1014, "%")
    active_power_import = u32(1021, "W", scale=0.1)
    active_power_export = u32(1029, "W", scale=0.1)
    energy_import_active = u32(1046, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_discharge = u32(1054, "kWh", scale=0.1, group="slow", counter=True)

    @derived("W")
    def battery_power(self, battery_charge_power: float, battery_discharge_power: float) -> float:
        """Return what flows into the battery."""
        return battery_charge_power - battery_discharge_power

    @derived("W")
    def grid_power(self, active_power_import: float, active_power_export: float) -> float:
        """Return what is drawn from the grid."""
        return active_power_import - active_power_export


class MINTLXH(_Growatt):
    """Hybrid inverters that keep their measurements from 3000 on."""

    name = "growatt.min_tl_xh"
    products = ["MIN TL-XH"]

    dc_power = u32(3001, "W", scale=0.1)
    pv1_voltage = u16(3003, "V", scale=0.1)
    pv1_current = u16(3004, "A", scale=0.1)
    active_power = i32(3023, "W", scale=0.1)
    frequency = u16(3025, "Hz", scale=0.01)
    voltage = u16(3026, "V", scale=0.1)
    active_power_import = u32(3041, "W", scale=0.1)
    active_power_export = u32(3043, "W", scale=0.1)
    energy_yield = u32(3051, "kWh", scale=0.1, group="slow", counter=True)
    power_factor = u16(3100, scale=0.0001, offset=-1, valid=(-1, 1))

    @derived("W")
    def grid_power(self, active_power_import: float, active_power_export: float) -> float:
        """Return what is drawn from the grid."""
        return active_power_import - active_power_export
