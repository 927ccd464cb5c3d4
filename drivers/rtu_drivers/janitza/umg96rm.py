"""Janitza UMG 96RM: three-phase network analysers.

The list's decimal numbers are the addresses on the wire. Each register stands a second time,
32768 higher, with its bytes swapped.

Where sources disagree:

- 19010: L3-L1, as all but the vendor's list say, which has L1-L3.
- 19018: the sum of the currents as vectors, as the vendor's list says, which is the current of the neutral; OpenEMS and
  Tinkerforge show it as the sum of their amounts.
- function: 3, as volkszaehler/mbmd and OpenEMS read it; Tinkerforge uses 4, which returns the same.
"""

from rtu_agent.driver_api import Driver, Serial, f32, i16, u32


class UMG96RM(Driver, table="holding", gaps_readable=True, min_interval_s=0.2):
    """All measurements are floats from 19000 to 19121, which one request can read. They change every 200 ms.

    Energies are floats in Wh, which have 24 bits: above 16.7 MWh they no longer grow by single Wh, above 1 GWh by steps
    of 64 Wh. The UMG 604, 512 and 801 share this block of measurements.
    """

    name = "janitza.umg96rm"
    kind = "energy_meter"
    products = ["UMG 96RM", "UMG 96RM-E", "UMG 96RM-P", "UMG 96RM-CBM"]
    source = "Janitza UMG 96RM, Modbus address list and formulary, registers from 19000"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=115200, parity="none", stop_bits=2, unit=1)

    voltage_l1_n = f32(19000, "V")
    voltage_l2_n = f32(19002, "V")
    voltage_l3_n = f32(19004, "V")
    voltage_l1_l2 = f32(19006, "V")
    voltage_l2_l3 = f32(19008, "V")
    voltage_l3_l1 = f32(19010, "V")
    current_l1 = f32(19012, "A")
    current_l2 = f32(19014, "A")
    current_l3 = f32(19016, "A")
    current_n = f32(19018, "A")  # the vector sum of the three
    active_power_l1 = f32(19020, "W")
    active_power_l2 = f32(19022, "W")
    active_power_l3 = f32(19024, "W")
    active_power = f32(19026, "W")
    apparent_power_l1 = f32(19028, "VA")
    apparent_power_l2 = f32(19030, "VA")
    apparent_power_l3 = f32(19032, "VA")
    apparent_power = f32(19034, "VA")
    reactive_power_l1 = f32(19036, "var")
    reactive_power_l2 = f32(19038, "var")
    reactive_power_l3 = f32(19040, "var")
    reactive_power = f32(19042, "var")
    displacement_power_factor_l1 = f32(19044)
    displacement_power_factor_l2 = f32(19046)
    displacement_power_factor_l3 = f32(19048)
    frequency = f32(19050, "Hz")
    phase_sequence = f32(19052, group="slow", vendor_specific=True)  # 1 right, 0 none, -1 left

    energy_net_active = f32(19060, "Wh", group="slow")
    energy_import_active_l1 = f32(19062, "Wh", group="slow", counter=True)
    energy_import_active_l2 = f32(19064, "Wh", group="slow", counter=True)
    energy_import_active_l3 = f32(19066, "Wh", group="slow", counter=True)
    energy_import_active = f32(19068, "Wh", group="slow", counter=True)  # at rate 1
    energy_export_active_l1 = f32(19070, "Wh", group="slow", counter=True)
    energy_export_active_l2 = f32(19072, "Wh", group="slow", counter=True)
    energy_export_active_l3 = f32(19074, "Wh", group="slow", counter=True)
    energy_export_active = f32(19076, "Wh", group="slow", counter=True)
    energy_total_apparent = f32(19084, "VAh", group="slow", counter=True)
    energy_import_reactive = f32(19100, "varh", group="slow", counter=True)  # inductive
    energy_export_reactive = f32(19108, "varh", group="slow", counter=True)  # capacitive

    voltage_thd_l1 = f32(19110, "%", group="slow")
    voltage_thd_l2 = f32(19112, "%", group="slow")
    voltage_thd_l3 = f32(19114, "%", group="slow")
    current_thd_l1 = f32(19116, "%", group="slow")
    current_thd_l2 = f32(19118, "%", group="slow")
    current_thd_l3 = f32(19120, "%", group="slow")

    firmware_version = i16(750, scale=0.01, group="once")  # hundredths by convention
    serial_number = u32(754, group="once")
