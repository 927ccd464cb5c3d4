"""Autonics TK4: temperature controllers.

The manual prints a reference number and, beside it, the address from zero: 301001 (03E8). What the controller measures
has as many decimals as register 301002 says; the set value has the same.

A number is in the unit of the display, which register 400152 says. There is a driver for each unit, and its values
count only as long as the controller says that unit. That is written as a factor which must be 1.

Where sources disagree: the factory sends 2 stop bits, as the manual says; a program (PyICE) sets its controllers to 1.

What can be switched is there as coils as well; the holding registers are read. The product data from 300101 are left
out, as no source says how they are laid out; so are the channels of the TM4, whose registers are others.
"""

from rtu_agent.driver_api import Driver, Serial, bits, decimal_places, enum, i16, multiplier, ref, u16

STATUS = {9: "alarm 1", 10: "alarm 2"}


class TK4(Driver, table="holding", pause_s=0.02):
    """Set to °C."""

    name = "autonics.tk4"
    kind = "temperature_controller"
    products = ["TK4S", "TK4M", "TK4W", "TK4H", "TK4L", "TK4N"]
    source = "Autonics TK Series communication manual MCT-TKC1-V2.1-KO, Modbus mapping table; PyICE, autonicstk"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=2, unit=1)

    _decimals = decimal_places(ref(301002), table="input")
    _celsius = decimal_places(ref(400152), valid=(0, 0.5))  # 0 is °C; 10 to the power of 0
    process_value = i16(ref(301001), "°C", table="input", scale=(_decimals, _celsius))
    status = bits(ref(301007), STATUS, table="input")
    setpoint = i16(ref(400001), "°C", scale=(_decimals, _celsius))
    output_percent = u16(ref(400002), "%", scale=0.1)  # heating
    cooling_output = u16(ref(400003), "%", scale=0.1, vendor_specific=True)
    control_mode = enum(ref(400004), {0: "automatic", 1: "manual"}, vendor_specific=True)
    operating_state = enum(ref(400051), {0: "run", 1: "stop"})

    preset = enum(ref(400052), group="slow", vendor_specific=True)  # which of four set values, from 0
    autotuning = enum(ref(400101), {0: "off", 1: "running"}, group="slow", vendor_specific=True)
    heating_proportional_band = u16(ref(400102), scale=0.1, group="slow", vendor_specific=True)
    heating_integral_time = u16(ref(400104), "s", group="slow", vendor_specific=True)
    heating_derivative_time = u16(ref(400106), "s", group="slow", vendor_specific=True)
    heating_or_cooling = enum(ref(400163), {0: "heating", 1: "cooling", 2: "both"}, group="slow", vendor_specific=True)


class TK4Fahrenheit(TK4, without=["_celsius"]):
    """Set to °F."""

    name = "autonics.tk4_fahrenheit"
    products = [f"{product} (°F)" for product in TK4.products]

    _decimals = decimal_places(ref(301002), table="input")
    _fahrenheit = multiplier(ref(400152), valid=(0.5, 1.5))  # 1 is °F
    process_value = i16(ref(301001), "°F", table="input", scale=(_decimals, _fahrenheit))
    setpoint = i16(ref(400001), "°F", scale=(_decimals, _fahrenheit))
