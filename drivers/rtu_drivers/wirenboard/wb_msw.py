"""Wiren Board WB-MSW v.3: room sensors.

Addresses are those of the vendor's template and on the wire. Each value has its own pattern for "no value", which says
that a sensor is missing or broken; that of humidity is 0xFFFF, although it is read as signed. Temperature and humidity
are there twice; those with two decimals are read.

Where sources disagree: an older WB-MSW v.2 has the same addresses and fewer sensors; its driver is not this one.

Where sources are silent: the template states no serial settings; those of the factory are taken to be 9600 8N2, and the
unit is printed on the label. How the model spells itself is confirmed by no device.
"""

from rtu_agent.driver_api import Driver, Serial, bit, enum, i16, string, u16, u32

NO_YES = {0: "no", 1: "yes"}


class MSW3(Driver, table="input", pause_s=0.012):
    """With firmware 4.36 or newer."""

    name = "wirenboard.wb_msw3"
    kind = "environment"
    products = ["WB-MSW v.3"]
    source = "wirenboard/wb-mqtt-serial, templates/config-wb-msw_v3.json"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=2, unit=1)

    sound_level = u16(3, "dB", scale=0.01)
    temperature = i16(4, "°C", scale=0.01, invalid=[0x7FFF])
    humidity_relative = i16(5, "%", scale=0.01, invalid=[0xFFFF])
    co2 = u16(8, "ppm", invalid=[0xFFFF])
    illuminance = u32(9, "lx", scale=0.01, invalid=[0xFFFF_FFFF])
    tvoc = u16(11, "ppb", invalid=[0xFFFF])
    motion_max = u16(280, invalid=[0xFFFF])  # over a window that is set in the device
    motion = u16(283, invalid=[0xFFFF])
    humidity_absolute = u16(366, "g/m3", scale=0.01, invalid=[0xFFFF])
    dew_point = i16(367, "°C", scale=0.01, invalid=[0x7FFF])
    buzzer = bit(0, table="coil", vendor_specific=True)

    co2_installed = enum(82, NO_YES, group="slow", vendor_specific=True)
    operating_time = u32(104, "s", group="slow", counter=True)  # since it was switched on
    supply_voltage = u16(121, "V", scale=0.001, group="slow")
    temperature_internal = i16(124, "°C", scale=0.1, group="slow")
    tvoc_installed = enum(371, NO_YES, group="slow", vendor_specific=True)
    co2_reference = u16(88, "ppm", table="holding", invalid=[0xFFFF], group="slow", vendor_specific=True)
    co2_calibration_period = u16(89, "d", table="holding", invalid=[0xFFFF], group="slow", vendor_specific=True)

    model_id = string(200, 20, one_per_word=True, group="once")
    firmware_version = string(250, 16, one_per_word=True, group="once")
    serial_number = u32(270, group="once")

    identity = {model_id: "WBMSW3"}


class MSW3Firmware435(MSW3, without=["humidity_absolute", "dew_point"]):
    """With firmware up to 4.35."""

    name = "wirenboard.wb_msw3_4_35"
    products = ["WB-MSW v.3 (firmware up to 4.35)"]
