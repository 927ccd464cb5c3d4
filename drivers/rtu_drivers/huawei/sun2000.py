"""Huawei SUN2000 inverters, and the meter and the battery behind them.

The decimal numbers of all sources are the addresses on the wire. The inverter is slow, and has undefined registers
between its sections, which must not be read along. It has one master only: others at the same time cause errors.

Where sources disagree:

- grid: the device counts export as positive; it is turned round here, as Tinkerforge and evcc do.
- 32066 to 32068: between phases. With one phase the first of them is the voltage of the grid.
- voltages of strings: with a sign, as most have them; Tinkerforge reads the first without.
- sentinels: the largest number of each width. The sources tell them of 32 bits, and of some of 16.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, i32, string, u16, u32

NONE_U16, NONE_I16 = [0xFFFF], [0x7FFF]
NONE_U32, NONE_I32 = [0xFFFF_FFFF], [0x7FFF_FFFF]
STATES = {
    0x0000: "standby, initializing",
    0x0001: "standby, checking insulation",
    0x0002: "standby, checking irradiation",
    0x0100: "starting",
    0x0200: "on grid",
    0x0201: "power limited",
    0x0300: "shut down by a fault",
    0xA000: "standby, no irradiation",
}


class SUN2000(Driver, table="holding", timeout_s=5.0):
    """The inverter alone. Strings that it has not got are refused or read as no value."""

    name = "huawei.sun2000"
    kind = "inverter"
    products = ["SUN2000 KTL", "SUN2000 MAP"]
    source = "nymea/nymea-plugins-modbus, huawei-registers.json; Tinkerforge/esp32-firmware, huawei.py"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    state_1 = bits(32000, vendor_specific=True)
    alarm_1 = bits(32008)
    alarm_2 = bits(32009)
    alarm_3 = bits(32010)
    pv1_voltage = i16(32016, "V", scale=0.1, invalid=NONE_I16)
    pv1_current = i16(32017, "A", scale=0.01, invalid=NONE_I16)
    pv2_voltage = i16(32018, "V", scale=0.1, invalid=NONE_I16)
    pv2_current = i16(32019, "A", scale=0.01, invalid=NONE_I16)
    pv3_voltage = i16(32020, "V", scale=0.1, invalid=NONE_I16)
    pv3_current = i16(32021, "A", scale=0.01, invalid=NONE_I16)
    pv4_voltage = i16(32022, "V", scale=0.1, invalid=NONE_I16)
    pv4_current = i16(32023, "A", scale=0.01, invalid=NONE_I16)
    pv5_voltage = i16(32024, "V", scale=0.1, invalid=NONE_I16)
    pv5_current = i16(32025, "A", scale=0.01, invalid=NONE_I16)
    pv6_voltage = i16(32026, "V", scale=0.1, invalid=NONE_I16)
    pv6_current = i16(32027, "A", scale=0.01, invalid=NONE_I16)
    dc_power = i32(32064, "W", invalid=NONE_I32)
    voltage_l1_l2 = u16(32066, "V", scale=0.1, invalid=NONE_U16)
    voltage_l2_l3 = u16(32067, "V", scale=0.1, invalid=NONE_U16)
    voltage_l3_l1 = u16(32068, "V", scale=0.1, invalid=NONE_U16)
    voltage_l1_n = u16(32069, "V", scale=0.1, invalid=NONE_U16)
    voltage_l2_n = u16(32070, "V", scale=0.1, invalid=NONE_U16)
    voltage_l3_n = u16(32071, "V", scale=0.1, invalid=NONE_U16)
    current_l1 = i32(32072, "A", scale=0.001, invalid=NONE_I32)
    current_l2 = i32(32074, "A", scale=0.001, invalid=NONE_I32)
    current_l3 = i32(32076, "A", scale=0.001, invalid=NONE_I32)
    active_power = i32(32080, "W", invalid=NONE_I32)
    reactive_power = i32(32082, "var", invalid=NONE_I32)
    power_factor = i16(32084, scale=0.001, invalid=NONE_I16)
    frequency = u16(32085, "Hz", scale=0.01, invalid=NONE_U16)
    temperature_internal = i16(32087, "°C", scale=0.1, invalid=NONE_I16)
    insulation_resistance = u16(32088, "kΩ", invalid=NONE_U16)
    operating_state = enum(32089, STATES)
    error_code = enum(32090)

    energy_yield = u32(32106, "kWh", scale=0.01, invalid=NONE_U32, group="slow", counter=True)
    energy_yield_day = u32(32114, "kWh", scale=0.01, invalid=NONE_U32, group="slow", counter=True)

    model_id = string(30000, 15, group="once")
    serial_number = string(30015, 10, group="once")
    product_number = string(30025, 10, group="once", vendor_specific=True)
    model_code = enum(30070, group="once", vendor_specific=True)
    string_count = u16(30071, group="once", vendor_specific=True)
    mppt_count = u16(30072, group="once", vendor_specific=True)
    rated_power = u32(30073, "W", invalid=NONE_U32, group="once")
    largest_active_power = u32(30075, "W", invalid=NONE_U32, group="once", vendor_specific=True)
    time_zone = i16(43006, "min", group="once", vendor_specific=True)  # from UTC

    identity = {model_id: "SUN2000"}


class SUN2000Meter(SUN2000):
    """With a meter at the grid."""

    name = "huawei.sun2000_meter"
    products = ["SUN2000 with DTSU666-H", "SUN2000 with DDSU666-H"]

    status = enum(37100, {0: "meter offline", 1: "meter normal"})
    meter_voltage_l1_n = i32(37101, "V", scale=0.1, invalid=NONE_I32, vendor_specific=True)
    meter_voltage_l2_n = i32(37103, "V", scale=0.1, invalid=NONE_I32, vendor_specific=True)
    meter_voltage_l3_n = i32(37105, "V", scale=0.1, invalid=NONE_I32, vendor_specific=True)
    meter_current_l1 = i32(37107, "A", scale=0.01, invalid=NONE_I32, vendor_specific=True)
    grid_power = i32(37113, "W", scale=-1, invalid=NONE_I32)
    grid_power_l1 = i32(37132, "W", scale=-1, invalid=NONE_I32)

    energy_export_active = i32(37119, "kWh", scale=0.01, invalid=NONE_I32, group="slow", counter=True)
    energy_import_active = i32(37121, "kWh", scale=0.01, invalid=NONE_I32, group="slow", counter=True)


class SUN2000Storage(SUN2000Meter):
    """With a meter and a battery, whose charge the device counts as positive."""

    name = "huawei.sun2000_storage"
    products = ["SUN2000 with LUNA2000"]

    battery_soc = u16(37760, "%", scale=0.1, invalid=NONE_U16)
    battery_voltage = u16(37763, "V", scale=0.1, invalid=NONE_U16)
    battery_current = i16(37764, "A", scale=0.1, invalid=NONE_I16)
    battery_power = i32(37765, "W", invalid=NONE_I32)

    energy_battery_charge = u32(37780, "kWh", scale=0.01, invalid=NONE_U32, group="slow", counter=True)
    energy_battery_discharge = u32(37782, "kWh", scale=0.01, invalid=NONE_U32, group="slow", counter=True)

    storage_model = enum(47106, group="once", vendor_specific=True)
