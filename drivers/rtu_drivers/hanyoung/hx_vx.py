"""Hanyoung Nux HX and VX: temperature controllers.

D-register 1 is address 1: the number goes to the wire as it is. That is documented for the VX, whose own table counts
from one in another column; that the HX does the same is not proven.

Where the decimal point is (parameter DP-P), and whether the value is in °C or °F, is not on the bus. There is a driver
for values without and one for values with one decimal; their unit is that of the display.

The factory sets the protocol PC-LINK, to which no Modbus request is answered: choose Modbus RTU in the group G.COM, on
the VX with PRS = 3.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, u16

ALARMS = {0: "alarm 1", 1: "alarm 2"}
INPUT_ERRORS = {0: "sensor burn-out", 1: "cold junction error", 2: "over range", 3: "under range"}


class HX(Driver, table="holding", max_block=31):
    """HX, with no decimals."""

    name = "hanyoung.hx"
    kind = "temperature_controller"
    products = ["HX2", "HX4"]
    source = "Hanyoung HX4 instruction manual, page 7; HX2 manual, page 7 (D-registers)"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    process_value = i16(1)
    setpoint_working = i16(2)
    setpoint = i16(4)
    output_percent = u16(5, "%", scale=0.1)
    output_1 = u16(6, "%", scale=0.1, vendor_specific=True)
    output_2 = u16(7, "%", scale=0.1, vendor_specific=True)
    pid_group = enum(8, vendor_specific=True)
    alarm = bits(9, ALARMS)
    heater_current = u16(14, "A", scale=0.1)
    conversion_error = enum(16, {0: "none", 1: "A/D conversion error"}, vendor_specific=True)
    error_code = bits(17, INPUT_ERRORS)
    operating_state = enum(18, {0: "no tuning", 9999: "tuning"})
    zone_enabled = enum(102, group="slow", vendor_specific=True)


class HXTenths(HX):
    """HX, with one decimal."""

    name = "hanyoung.hx_tenths"
    products = ["HX2 (one decimal)", "HX4 (one decimal)"]

    process_value = i16(1, scale=0.1)
    setpoint_working = i16(2, scale=0.1)
    setpoint = i16(4, scale=0.1)


class VX(HX):
    """VX, with no decimals."""

    name = "hanyoung.vx"
    products = ["VX2", "VX4", "VX7", "VX9"]
    source = "Hanyoung HX4 instruction manual, page 7; portdock/PortDock, data/devices/hanyoung-nux/vx.json"

    first_setpoint = i16(103, group="slow", vendor_specific=True)


class VXTenths(HXTenths):
    """VX, with one decimal."""

    name = "hanyoung.vx_tenths"
    products = ["VX2 (one decimal)", "VX4 (one decimal)", "VX7 (one decimal)", "VX9 (one decimal)"]
    source = VX.source

    first_setpoint = i16(103, scale=0.1, group="slow", vendor_specific=True)
