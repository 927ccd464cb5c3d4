"""E+E EE800 and EE850: carbon dioxide, humidity and temperature transmitters, the generation before the EE872.

Where sources disagree: the unit is 241 on these and 237 on the EE872.

The manual gives the serial number an input register number (30001), so all is read from that table. The firmware
version (30009) is left out, as its form is not said, and so are vapour pressure and enthalpy, of which the unit is not.

That they leave the factory with 9600 baud and even parity is not proven by any of the sources.
"""

from rtu_agent.driver_api import Driver, Serial, f32, string


class EE800(Driver, table="input", word_order="little"):
    """Floats have their low word first."""

    name = "epluse.ee800"
    kind = "environment"
    products = ["EE800", "EE850"]
    source = "E+E EE800 user manual, page 4"
    confidence = "low"
    api = 1
    serial = Serial(baudrate=9600, parity="even", stop_bits=1, unit=241)

    temperature = f32(0x0019, "°C")
    humidity_relative = f32(0x001B, "%")
    dew_point = f32(0x001F, "°C")
    humidity_absolute = f32(0x0023, "g/m3")
    mixing_ratio = f32(0x0025, "g/kg")
    frost_point = f32(0x0029, "°C", vendor_specific=True)
    co2 = f32(0x002F, "ppm")

    serial_number = string(0x0000, 8, group="once")
