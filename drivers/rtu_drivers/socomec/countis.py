"""Socomec Countis E2x, E3x and E4x, and Diris A1x: three-phase energy meters.

The decimal and hexadecimal numbers of the tables are the addresses on the wire.

Where sources disagree:

- frequency: OpenEMS reads thousandths of a Hz from the E23, E24, E27 and E28 and hundredths from the others; the tables
  of the E33, E34 and E43 say hundredths. Both are followed.
- energies: at 50946, in hundredths of a kWh; of the Diris A10, OpenEMS reads others, in kWh.
- list of aggsoft.com: it counts from another base; with 40001 added, its offsets are these addresses.
- serial settings: those of the factory differ from product to product; these are of one manual.
"""

from rtu_agent.driver_api import Driver, Serial, enum, i32, string, u16, u32

ORDERS = {100: "Countis", 200: "protection", 300: "Atys", 400: "Diris"}


class CountisE23(Driver, table="holding", gaps_readable=True):
    """Powers are in tens of W. The manuals allow 128 registers a read, which is more than Modbus does."""

    name = "socomec.countis-e23"
    kind = "energy_meter"
    products = ["Countis E23", "Countis E24", "Countis E27", "Countis E28"]
    source = "Socomec Countis E23 manual, page 13; OpenEMS/openems, io.openems.edge.meter.socomec"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=5)

    voltage_l1_l2 = u32(50514, "V", scale=0.01)
    voltage_l2_l3 = u32(50516, "V", scale=0.01)
    voltage_l3_l1 = u32(50518, "V", scale=0.01)
    voltage_l1_n = u32(50520, "V", scale=0.01)
    voltage_l2_n = u32(50522, "V", scale=0.01)
    voltage_l3_n = u32(50524, "V", scale=0.01)
    frequency = u32(50526, "Hz", scale=0.001)
    current_l1 = u32(50528, "A", scale=0.001)
    current_l2 = u32(50530, "A", scale=0.001)
    current_l3 = u32(50532, "A", scale=0.001)
    current_n = u32(50534, "A", scale=0.001)
    active_power = i32(50536, "W", scale=10)
    reactive_power = i32(50538, "var", scale=10)
    apparent_power = u32(50540, "VA", scale=10)
    power_factor = i32(50542, scale=0.001)
    active_power_l1 = i32(50544, "W", scale=10)
    active_power_l2 = i32(50546, "W", scale=10)
    active_power_l3 = i32(50548, "W", scale=10)
    reactive_power_l1 = i32(50550, "var", scale=10)
    reactive_power_l2 = i32(50552, "var", scale=10)
    reactive_power_l3 = i32(50554, "var", scale=10)
    apparent_power_l1 = u32(50556, "VA", scale=10)
    apparent_power_l2 = u32(50558, "VA", scale=10)
    apparent_power_l3 = u32(50560, "VA", scale=10)
    power_factor_l1 = i32(50562, scale=0.001)
    power_factor_l2 = i32(50564, scale=0.001)
    power_factor_l3 = i32(50566, scale=0.001)

    energy_import_active = u32(50946, "kWh", scale=0.01, group="slow", counter=True)
    energy_export_active = u32(50952, "kWh", scale=0.01, group="slow", counter=True)

    signature = string(50000, 4, one_per_word=True, group="once", vendor_specific=True)
    product_order = enum(50004, ORDERS, group="once", vendor_specific=True)
    product_number = enum(50005, group="once", vendor_specific=True)
    table_version = u16(50006, scale=0.01, group="once", vendor_specific=True)
    firmware_version = u16(50007, scale=0.01, group="once")
    serial_aa_ss = enum(50008, group="once", vendor_specific=True)  # of the serial number, in hexadecimal digits
    manufacturer = string(50042, 8, group="once")
    device_name = string(50050, 8, group="once")
    model_id = string(50058, 8, group="once")  # "Countis E23"

    identity = {signature: "SOCO"}


class CountisE33(CountisE23):
    """Hundredths of a Hz.

    Source: Socomec COUNTIS E34 Modbus communication table, 2017-08; of the Diris A14, OpenEMS alone.
    """

    name = "socomec.countis-e33"
    products = ["Countis E33", "Countis E34", "Countis E43", "Countis E44", "Diris A14"]

    frequency = u32(50526, "Hz", scale=0.01)


class DirisA10(CountisE33):
    """Its counters are elsewhere, in kWh. Source: OpenEMS alone."""

    name = "socomec.diris-a10"
    products = ["Diris A10"]

    energy_import_active = u32(50780, "kWh", group="slow", counter=True)
    energy_export_active = u32(50786, "kWh", group="slow", counter=True)
