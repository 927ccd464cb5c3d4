"""Jikong (JK) PB: battery management systems for an inverter.

The start address of a read counts bytes, its quantity registers: two registers at 0x1290, the next value at 0x1294.

Unit 0 turns the BMS into the master of its bus; it must never be set on a bus with other devices. A write to 0x1620
makes it send a frame that is no Modbus.

Where sources disagree:

- addresses: bytes, as the ESPHome configurations prove; star.ke.st counts words.
- word order: high word first. One user (esphome-jk-bms, issue 390) saw the words of 0x1290 swapped.
- time of operation: the total since it was made, 0x1420; what counts from its last start, 0x12BC, is run_time.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, i32, signed_by, string, u16, u32

ALARMS = {
    0: "wire resistance",
    1: "MOSFET too hot",
    2: "number of cells",
    3: "current sensor",
    4: "cell overvoltage",
    5: "battery overvoltage",
    6: "charge overcurrent",
    7: "charge short circuit",
    8: "charge too hot",
    9: "charge too cold",
    10: "internal communication",
    11: "cell undervoltage",
    12: "battery undervoltage",
    13: "discharge overcurrent",
    14: "discharge short circuit",
    15: "discharge too hot",
    16: "charge MOSFET",
    17: "discharge MOSFET",
    18: "GPS disconnected",
    19: "change the password",
    20: "discharge on failed",
    21: "battery too hot",
    22: "temperature sensor",
    23: "parallel module",
}
SWITCH = {0: "off", 1: "on"}


class PB(Driver, table="holding", stride=2, max_block=122, gaps_readable=True, pause_s=0.05):
    """Sixteen cells. The cells that are there have their bit in `cells_present`; the others read 0 V."""

    name = "jk.pb"
    kind = "battery"
    products = ["PB1A16S", "PB2A16S"]
    source = "JK BMS RS485 Modbus V1.0 and V1.1; syssi/esphome-jk-bms, esp32-jk-pb-modbus-example.yaml"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=115200, parity="none", stop_bits=1, unit=1)

    cell_voltage_1 = u16(0x1200, "mV")
    cell_voltage_2 = u16(0x1202, "mV")
    cell_voltage_3 = u16(0x1204, "mV")
    cell_voltage_4 = u16(0x1206, "mV")
    cell_voltage_5 = u16(0x1208, "mV")
    cell_voltage_6 = u16(0x120A, "mV")
    cell_voltage_7 = u16(0x120C, "mV")
    cell_voltage_8 = u16(0x120E, "mV")
    cell_voltage_9 = u16(0x1210, "mV")
    cell_voltage_10 = u16(0x1212, "mV")
    cell_voltage_11 = u16(0x1214, "mV")
    cell_voltage_12 = u16(0x1216, "mV")
    cell_voltage_13 = u16(0x1218, "mV")
    cell_voltage_14 = u16(0x121A, "mV")
    cell_voltage_15 = u16(0x121C, "mV")
    cell_voltage_16 = u16(0x121E, "mV")
    cells_present = bits(0x1240, words=2, vendor_specific=True)
    cell_voltage_avg = u16(0x1244, "mV")
    cell_voltage_delta = u16(0x1246, "mV")
    highest_cell = enum(0x1248, mask=0xFF00, vendor_specific=True)  # counted from 0, as the next
    lowest_cell = enum(0x1248, mask=0x00FF, vendor_specific=True)
    temperature_internal = i16(0x128A, "°C", scale=0.1)  # of the MOSFETs
    balance_wire_alarm = bits(0x128C, words=2, vendor_specific=True)
    battery_voltage = u32(0x1290, "mV")
    _battery_power = u32(0x1294, "mW")
    battery_current = i32(0x1298, "mA")
    battery_power = signed_by(_battery_power, battery_current)
    battery_temperature_1 = i16(0x129C, "°C", scale=0.1)
    battery_temperature_2 = i16(0x129E, "°C", scale=0.1)
    alarm = bits(0x12A0, ALARMS, words=2)
    balance_current = i16(0x12A4, "mA")
    balance_state = enum(0x12A6, {0: "off", 1: "charging", 2: "discharging"}, mask=0xFF00, vendor_specific=True)
    battery_soc = u16(0x12A6, "%", mask=0x00FF)
    battery_remaining_charge = i32(0x12A8, "mAh")
    battery_capacity = u32(0x12AC, "mAh", group="slow")
    battery_cycles = u32(0x12B0, group="slow", counter=True)
    charge_throughput = u32(0x12B4, "mAh", group="slow", counter=True)
    battery_soh = u16(0x12B8, "%", mask=0xFF00, group="slow")
    precharge = enum(0x12B8, SWITCH, mask=0x00FF, vendor_specific=True)
    run_time = u32(0x12BC, "s", group="slow", counter=True)
    charge_switch = enum(0x12C0, SWITCH, mask=0xFF00, vendor_specific=True)
    discharge_switch = enum(0x12C0, SWITCH, mask=0x00FF, vendor_specific=True)
    heater_current = i16(0x12E6, "mA")
    battery_temperature_3 = i16(0x12F8, "°C", scale=0.1)
    battery_temperature_4 = i16(0x12FA, "°C", scale=0.1)
    battery_temperature_5 = i16(0x12FC, "°C", scale=0.1)

    operating_time = u32(0x1420, "s", group="slow", counter=True)
    power_cycles = u32(0x1424, group="slow", counter=True)

    model_id = string(0x1400, 8, group="once")
    hardware_version = string(0x1410, 4, group="once")
    firmware_version = string(0x1418, 4, group="once")
    cell_undervoltage_limit = u32(0x1004, "V", scale=0.001, group="once", vendor_specific=True)
    cell_overvoltage_limit = u32(0x100C, "V", scale=0.001, group="once", vendor_specific=True)
    charge_current_limit = u32(0x102C, "A", scale=0.001, group="once", vendor_specific=True)
    discharge_current_limit = u32(0x1038, "A", scale=0.001, group="once", vendor_specific=True)
    cell_count = u32(0x106C, group="once", vendor_specific=True)
    charge_enabled = enum(0x1070, SWITCH, words=2, group="once", vendor_specific=True)
    discharge_enabled = enum(0x1074, SWITCH, words=2, group="once", vendor_specific=True)
    balance_enabled = enum(0x1078, SWITCH, words=2, group="once", vendor_specific=True)
    nominal_capacity = u32(0x107C, "Ah", scale=0.001, group="once", vendor_specific=True)
