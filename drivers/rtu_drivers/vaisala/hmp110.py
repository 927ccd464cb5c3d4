"""Vaisala HMP: humidity and temperature probes.

Manuals number registers from one; addresses are one less. Floats have their low word first. The test registers prove
it: a probe says -12345 and, as a text, -123.45 there.

Where sources disagree: the probes have the dew point at 0x0006 and the dew or frost point at 0x0008, the HMD60 and
HMD65 have them at 0x0004 and 0x0006.

All is there once more as whole numbers from 0x0100, coarser and proven for the HMD65 alone; they are not used.
"""

from rtu_agent.driver_api import Driver, Serial, f32, i16, string


class HMP110(Driver, table="holding", word_order="little", gaps_readable=True):
    """Probes that need 3.5 s to start. What they cannot tell is NaN, not an exception."""

    name = "vaisala.hmp110"
    kind = "environment"
    products = ["HMP60", "HMP110"]
    source = "Vaisala HMP110REF User Guide, pages 80 and 89; HMDW110 User Guide M211726EN, table 55 (test registers)"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=19200, parity="none", stop_bits=2, unit=240)

    humidity_relative = f32(0x0000, "%")
    temperature = f32(0x0002, "°C")
    dew_frost_point = f32(0x0008, "°C", vendor_specific=True)  # the frost point below 0 °C
    humidity_absolute = f32(0x000E, "g/m3")

    _test_integer = i16(0x1F00)
    _test_text = string(0x1F03, 4)
    identity = {"vendor_name": "Vaisala", _test_integer: -12345, _test_text: "-123.45"}


class HMP(HMP110):
    """Probes that compute more."""

    name = "vaisala.hmp"
    products = ["HMP3", "HMP4", "HMP5", "HMP7", "HMP8", "HMP9"]
    source = "Vaisala HMP Series User Guide M212022EN-F, page 101; HMP4 User Guide, page 20"

    dew_point = f32(0x0006, "°C")
    mixing_ratio = f32(0x0010, "g/kg")
    wet_bulb_temperature = f32(0x0012, "°C")


class HMD65(HMP110, without=["humidity_absolute", "_test_integer", "_test_text"]):
    """Duct transmitters. Where they have the absolute humidity is not known, nor whether they have test registers."""

    name = "vaisala.hmd65"
    products = ["HMD60", "HMD65"]
    source = "Vaisala HMD65 User Guide M212243EN-C"
    identity = {"vendor_name": "Vaisala"}

    dew_point = f32(0x0004, "°C")
    dew_frost_point = f32(0x0006, "°C", vendor_specific=True)
