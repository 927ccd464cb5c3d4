"""Deye hybrid inverters with three phases.

The decimal numbers of all sources are the addresses on the wire. Which inverter it is stands at 0, in a code that no
source lists; so there is a driver for each class of batteries.

Where sources disagree:

- battery and strings: 0.01 V and 1 W with batteries of low voltage, 0.1 V and 10 W with those of high voltage, as
  Tinkerforge has it. evcc reads the power of strings in steps of 10 W of some models more.
- grid: what the external transformers measure, 616 to 619, as Tinkerforge and OpenEMS have it. evcc reads 625, which
  is here as well, and so is what is measured inside of the inverter, 604 to 607.
- power of the inverter: 636, positive where it gives power. Tinkerforge turns its sign round, as for a meter.
"""

from rtu_agent.driver_api import Driver, Serial, enum, i16, u16, u32


class SG04LP3(Driver, table="holding", word_order="little", gaps_readable=True):
    """Batteries of low voltage. The device counts discharge as positive and temperatures from -100 °C."""

    name = "deye.hybrid_3p_lv"
    kind = "inverter"
    products = ["SUN-5K-SG04LP3 to SUN-12K-SG04LP3"]
    source = "Tinkerforge/esp32-firmware, meters_modbus_tcp/deye.py; evcc-io/evcc, deye-hybrid-3p.yaml"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_l1_n = u16(598, "V", scale=0.1)
    voltage_l2_n = u16(599, "V", scale=0.1)
    voltage_l3_n = u16(600, "V", scale=0.1)
    frequency = u16(609, "Hz", scale=0.01)
    current_l1 = i16(613, "A", scale=0.01)
    current_l2 = i16(614, "A", scale=0.01)
    current_l3 = i16(615, "A", scale=0.01)
    grid_power_l1 = i16(616, "W")
    grid_power_l2 = i16(617, "W")
    grid_power_l3 = i16(618, "W")
    grid_power = i16(619, "W")
    grid_side_power = i16(625, "W", vendor_specific=True)
    internal_power_l1 = i16(604, "W", vendor_specific=True)
    internal_power_l2 = i16(605, "W", vendor_specific=True)
    internal_power_l3 = i16(606, "W", vendor_specific=True)
    internal_power = i16(607, "W", vendor_specific=True)
    active_power = i16(636, "W")
    load_power_l1 = i16(650, "W")
    load_power_l2 = i16(651, "W")
    load_power_l3 = i16(652, "W")
    load_power = i16(653, "W")
    pv1_power = u16(672, "W")
    pv2_power = u16(673, "W")
    pv3_power = u16(674, "W")
    pv4_power = u16(675, "W")
    pv1_voltage = u16(676, "V", scale=0.1)
    pv1_current = u16(677, "A", scale=0.1)
    pv2_voltage = u16(678, "V", scale=0.1)
    pv2_current = u16(679, "A", scale=0.1)
    pv3_voltage = u16(680, "V", scale=0.1)
    pv3_current = u16(681, "A", scale=0.1)
    pv4_voltage = u16(682, "V", scale=0.1)
    pv4_current = u16(683, "A", scale=0.1)
    battery_voltage = u16(587, "V", scale=0.01)
    battery_current = i16(591, "A", scale=-0.01)
    battery_power = i16(590, "W", scale=-1)
    battery_soc = u16(588, "%")
    battery_temperature = u16(586, "°C", scale=0.1, offset=-100, group="slow")
    temperature_internal = u16(541, "°C", scale=0.1, offset=-100, group="slow")  # of the heatsink
    dc_transformer_temperature = u16(540, "°C", scale=0.1, offset=-100, group="slow", vendor_specific=True)

    energy_yield = u32(504, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_charge = u32(516, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_discharge = u32(518, "kWh", scale=0.1, group="slow", counter=True)
    energy_import_active = u32(522, "kWh", scale=0.1, group="slow", counter=True)
    energy_export_active = u32(524, "kWh", scale=0.1, group="slow", counter=True)
    energy_load = u32(527, "kWh", scale=0.1, group="slow", counter=True)
    pv_energy = u32(534, "kWh", scale=0.1, group="slow", counter=True)

    model_id = enum(0, group="once")
    rated_power = u32(20, "W", scale=0.1, group="once")


class SG01HP3(SG04LP3):
    """Batteries of high voltage."""

    name = "deye.hybrid_3p_hv"
    products = ["SUN-SG01HP3"]

    battery_voltage = u16(587, "V", scale=0.1)
    battery_power = i16(590, "W", scale=-10)
    pv1_power = u16(672, "W", scale=10)
    pv2_power = u16(673, "W", scale=10)
    pv3_power = u16(674, "W", scale=10)
    pv4_power = u16(675, "W", scale=10)
