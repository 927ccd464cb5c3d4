"""Eurotherm 3200 series: temperature controllers.

The number of a parameter is its address: PV.IN, 1, is at 0x0001 and not at zero.

Where sources disagree:

- process value: a list of star.ke.st has always tenths; it has as many decimals as register 525 says, as the manual of
  Eurotherm says. Set points and alarm thresholds have the same, although not every source says so of each of them.
- outputs: in whole percents, as the sources have them. None shows a reply that would prove it.

Its communications must be set to full resolution: set to whole numbers, it sends no decimals, whatever register 525
says. In which unit it measures is not known to be on the bus; it is that of the display.

The proportional band is left out, as no source says its scale.
"""

from rtu_agent.driver_api import Driver, Serial, bits, decimal_places, enum, i16, u16

STATUS = {
    0: "alarm 1",
    1: "alarm 2",
    2: "alarm 3",
    3: "alarm 4",
    4: "manual",
    5: "sensor break",
    6: "loop break",
    7: "heater current low",
    8: "heater leakage current high",
    9: "program ended",
    10: "process value over range",
    11: "heater overcurrent",
}


class Series3200(Driver, table="holding"):
    """Controllers with the option of digital communications."""

    name = "eurotherm.3200"
    kind = "temperature_controller"
    products = ["3216", "3208", "3204"]
    source = "Eurotherm 3200 Series manual HA028651, Issue 7.0, page 81; ACS 3216 operator's manual, pages 24 and 25"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    _decimals = decimal_places(525)
    process_value = i16(1, scale=_decimals)
    setpoint = i16(2, scale=_decimals)
    manual_output = i16(3, "%", vendor_specific=True)
    output_percent = i16(4, "%")
    setpoint_working = i16(5, scale=_decimals)
    alarm_threshold = i16(13, scale=_decimals)  # of the first alarm
    second_alarm_threshold = i16(14, scale=_decimals, vendor_specific=True)
    chosen_setpoint = enum(15, {0: "set point 1", 1: "set point 2"}, vendor_specific=True)
    timer_state = enum(23, {0: "reset", 1: "running", 2: "held", 3: "ended"}, vendor_specific=True)
    first_setpoint = i16(24, scale=_decimals, vendor_specific=True)
    second_setpoint = i16(25, scale=_decimals, vendor_specific=True)
    remote_setpoint = i16(26, scale=_decimals, vendor_specific=True)
    status = bits(75, STATUS)
    operating_state = enum(199, {0: "normal", 1: "standby"})
    temperature_internal = i16(215, "°C", scale=0.1)  # of the cold junction, at the terminals

    control_action = enum(7, {0: "reverse", 1: "direct"}, group="slow", vendor_specific=True)
    integral_time = u16(8, "s", group="slow", vendor_specific=True)
    derivative_time = u16(9, "s", group="slow", vendor_specific=True)

    firmware_version = u16(107, group="once")  # 0x0111 is 1.11
