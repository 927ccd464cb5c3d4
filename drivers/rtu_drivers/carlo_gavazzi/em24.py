"""Carlo Gavazzi EM24-DIN: three-phase energy meters.

The protocol prints reference numbers beside hexadecimal physical addresses; the latter are the addresses on the wire.
The tables are the same for functions 3 and 4. The low word comes first.

Where sources disagree:

- import counter: 0x003E, as the protocol and Tinkerforge say; volkszaehler/mbmd reads 0x0042, which is the partial one
  (issue 297).
- power factor: with its sign, which is below zero where the current leads; Tinkerforge drops that of the phases.

The Ethernet models, EM24DIN..E1, have another map, which is that of the EM340 from 0x002E on; this is not for them.
"""

from rtu_agent.driver_api import Driver, Serial, enum, i16, i32, u16

TENTHS = (-0x8000_0000 / 10, 0x7FFE_FFFF / 10)
THOUSANDTHS = (-0x8000_0000 / 1000, 0x7FFE_FFFF / 1000)
PHASE_SEQUENCES = {0: "L1-L2-L3", 0xFFFF: "L1-L3-L2"}


class EM24(Driver, table="input", word_order="little", max_block=11):
    """It reads 11 registers at a time. An overflow, shown as EEE, is whatever has 0x7FFF as its high word.

    Whether power goes below zero while it is delivered depends on the application that is set in the meter.
    The code of the model can be read alone only: to a wider read its address is half of a voltage.
    """

    name = "carlo_gavazzi.em24"
    kind = "energy_meter"
    products = ["EM24-DIN AV9 IS", "EM24-DIN PFA", "EM24-DIN PFB", "EM24-DIN X"]
    source = "Carlo Gavazzi EM24-DIN PFA, PFB and X models communication protocol, version 4 revision 0"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_l1_n = i32(0x0000, "V", scale=0.1, valid=TENTHS)
    voltage_l2_n = i32(0x0002, "V", scale=0.1, valid=TENTHS)
    voltage_l3_n = i32(0x0004, "V", scale=0.1, valid=TENTHS)
    voltage_l1_l2 = i32(0x0006, "V", scale=0.1, valid=TENTHS)
    voltage_l2_l3 = i32(0x0008, "V", scale=0.1, valid=TENTHS)
    voltage_l3_l1 = i32(0x000A, "V", scale=0.1, valid=TENTHS)
    current_l1 = i32(0x000C, "A", scale=0.001, valid=THOUSANDTHS)
    current_l2 = i32(0x000E, "A", scale=0.001, valid=THOUSANDTHS)
    current_l3 = i32(0x0010, "A", scale=0.001, valid=THOUSANDTHS)
    active_power_l1 = i32(0x0012, "W", scale=0.1, valid=TENTHS)
    active_power_l2 = i32(0x0014, "W", scale=0.1, valid=TENTHS)
    active_power_l3 = i32(0x0016, "W", scale=0.1, valid=TENTHS)
    apparent_power_l1 = i32(0x0018, "VA", scale=0.1, valid=TENTHS)
    apparent_power_l2 = i32(0x001A, "VA", scale=0.1, valid=TENTHS)
    apparent_power_l3 = i32(0x001C, "VA", scale=0.1, valid=TENTHS)
    reactive_power_l1 = i32(0x001E, "var", scale=0.1, valid=TENTHS)
    reactive_power_l2 = i32(0x0020, "var", scale=0.1, valid=TENTHS)
    reactive_power_l3 = i32(0x0022, "var", scale=0.1, valid=TENTHS)
    voltage_ln_avg = i32(0x0024, "V", scale=0.1, valid=TENTHS)
    voltage_ll_avg = i32(0x0026, "V", scale=0.1, valid=TENTHS)
    active_power = i32(0x0028, "W", scale=0.1, valid=TENTHS)
    apparent_power = i32(0x002A, "VA", scale=0.1, valid=TENTHS)
    reactive_power = i32(0x002C, "var", scale=0.1, valid=TENTHS)
    power_factor_l1 = i16(0x0032, scale=0.001)
    power_factor_l2 = i16(0x0033, scale=0.001)
    power_factor_l3 = i16(0x0034, scale=0.001)
    power_factor = i16(0x0035, scale=0.001)
    phase_sequence = enum(0x0036, PHASE_SEQUENCES, vendor_specific=True)
    frequency = u16(0x0037, "Hz", scale=0.1)

    energy_import_active = i32(0x003E, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_import_reactive = i32(0x0040, "kvarh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_partial_import_active = i32(0x0042, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_partial_import_reactive = i32(0x0044, "kvarh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_import_active_l1 = i32(0x0046, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_import_active_l2 = i32(0x0048, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_import_active_l3 = i32(0x004A, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_export_active = i32(0x005C, "kWh", scale=0.1, valid=TENTHS, group="slow", counter=True)
    energy_export_reactive = i32(0x005E, "kvarh", scale=0.1, valid=TENTHS, group="slow", counter=True)

    model_id = enum(0x000B, group="once", alone=True)
