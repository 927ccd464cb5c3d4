"""Vaisala GMP252: carbon dioxide probes.

The manual prints register numbers from one and the zero-based addresses beside them. Floats have their low word first.

CO2 stands in three places: as a float, which has neither the limit of one whole number (32767 ppm) nor the steps of the
other (10 ppm), and is used here.

Where sources disagree: the GMW80 has the measured temperature at 0x0004, other revisions of the GMP25x elsewhere, so it
is left out.
"""

from rtu_agent.driver_api import Driver, Serial, bits, f32, u16

DEVICE_STATUS = {0: "critical error", 1: "error", 2: "warning"}
CO2_STATUS = {1: "reading not reliable", 8: "measurement not ready"}


class GMP252(Driver, table="holding", word_order="little", gaps_readable=True):
    """Probes of carbon dioxide. What they cannot tell is NaN, not an exception.

    What they compensate with belongs to the value, so it is told as well: what they are set to at start, and what they
    were given since.
    """

    name = "vaisala.gmp252"
    kind = "environment"
    products = ["GMP251", "GMP252", "GMP80P"]
    source = "Vaisala GMP252 User Guide M211897EN-D, pages 116 to 120; GMP251 User Guide M211799EN-K, status registers"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=19200, parity="none", stop_bits=2, unit=240)
    identity = {"vendor_name": "Vaisala"}

    co2 = f32(0x0000, "ppm")
    status = bits(0x0800, DEVICE_STATUS)
    co2_status = bits(0x0801, CO2_STATUS, vendor_specific=True)

    pressure_compensation_at_start = f32(0x0200, "hPa", group="once", vendor_specific=True)
    temperature_compensation_at_start = f32(0x0202, "°C", group="once", vendor_specific=True)
    humidity_compensation_at_start = f32(0x0204, "%", group="once", vendor_specific=True)
    oxygen_compensation_at_start = f32(0x0206, "%", group="once", vendor_specific=True)
    pressure_compensation = f32(0x0208, "hPa", group="slow", vendor_specific=True)
    temperature_compensation = f32(0x020A, "°C", group="slow", vendor_specific=True)
    co2_filter_factor = u16(0x0308, "%", group="once", vendor_specific=True)
