"""Deye hybrid inverters with one phase, also sold as Sunsynk and Sol-Ark.

The decimal numbers of all sources are the addresses on the wire. A data logger at the RS485 port is a second master on
the bus, and must go.

The sources agree. None has the sign of what the external current transformer measures, 172: it keeps its own name.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, i32, string, u16, u32


class SG0xLP1(Driver, table="holding", word_order="little", gaps_readable=True):
    """The device counts discharge as positive and temperatures from -100 °C."""

    name = "deye.hybrid_1p"
    kind = "inverter"
    products = ["SUN-3K-SG0xLP1 to SUN-8K-SG0xLP1", "Sunsynk 3.6 kW", "Sunsynk 5 kW", "Sunsynk 8 kW", "Sol-Ark 8K"]
    source = "kellerza/sunsynk, definitions/single_phase.py; evcc-io/evcc, deye-storage.yaml"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    operating_state = enum(59)
    status = enum(194, {0: "off grid", 1: "on grid"})
    alarm = bits(103, words=4)

    voltage = u16(150, "V", scale=0.1)
    frequency = u16(79, "Hz", scale=0.01)
    grid_power = i16(169, "W")
    grid_ct_power = i16(172, "W", vendor_specific=True)
    active_power = i16(175, "W")
    load_power = i16(178, "W")
    aux_power = i16(166, "W")
    output_voltage = u16(154, "V", scale=0.1)
    output_current = i16(164, "A", scale=0.01)
    output_frequency = u16(192, "Hz", scale=0.01)
    pv1_voltage = u16(109, "V", scale=0.1)
    pv1_current = u16(110, "A", scale=0.1)
    pv1_power = u16(186, "W")
    pv2_voltage = u16(111, "V", scale=0.1)
    pv2_current = u16(112, "A", scale=0.1)
    pv2_power = u16(187, "W")
    battery_voltage = u16(183, "V", scale=0.01)
    battery_current = i16(191, "A", scale=-0.01)
    battery_power = i16(190, "W", scale=-1)
    battery_soc = u16(184, "%")
    battery_temperature = u16(182, "°C", scale=0.1, offset=-100, group="slow")
    temperature_internal = u16(91, "°C", scale=0.1, offset=-100, group="slow")  # of the radiator
    dc_transformer_temperature = u16(90, "°C", scale=0.1, offset=-100, group="slow", vendor_specific=True)
    temperature_ambient = u16(95, "°C", scale=0.1, offset=-100, group="slow")

    energy_yield = i32(63, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_charge_day = u16(70, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_discharge_day = u16(71, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_charge = u32(72, "kWh", scale=0.1, group="slow", counter=True)
    energy_battery_discharge = u32(74, "kWh", scale=0.1, group="slow", counter=True)
    energy_import_active_day = u16(76, "kWh", scale=0.1, group="slow", counter=True)
    energy_export_active_day = u16(77, "kWh", scale=0.1, group="slow", counter=True)
    energy_import_active = u32((78, 80), "kWh", scale=0.1, group="slow", counter=True)  # 79 is the frequency
    energy_export_active = u32(81, "kWh", scale=0.1, group="slow", counter=True)
    energy_load_day = u16(84, "kWh", scale=0.1, group="slow", counter=True)
    energy_load = u32(85, "kWh", scale=0.1, group="slow", counter=True)
    pv_energy = u32(96, "kWh", scale=0.1, group="slow", counter=True)
    pv_energy_day = u16(108, "kWh", scale=0.1, group="slow", counter=True)

    model_id = enum(0, group="once")
    serial_number = string(3, 5, group="once")
    rated_power = u32(16, "W", scale=0.1, group="once")
