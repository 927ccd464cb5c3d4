"""E+E EE872: carbon dioxide probes.

The manual numbers registers from one and prints the addresses, from zero, beside them. Floats have their low word
first. Every value is there several times, also in °F and K, and coarser as whole numbers from 0x0FA1; the floats in the
units of the schema are used.

The EE800 and EE850, an older generation, have other addresses: `epluse.ee800`.

That they leave the factory with 9600 baud and even parity is not proven by any of the sources.
"""

from rtu_agent.driver_api import Driver, Serial, f32


class EE872(Driver, table="holding", word_order="little"):
    """Probes of carbon dioxide, some of them with humidity, temperature and pressure.

    A model refuses what it does not measure; a heated one has no temperature.
    """

    name = "epluse.ee872"
    kind = "environment"
    products = ["EE871", "EE872", "EE895"]
    source = "E+E EE872 user manual, page 10 and section 5.2.3; EE895 user manual, page 15 and section 7.2"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="even", stop_bits=1, unit=237)

    temperature = f32(0x03EA, "°C")
    humidity_relative = f32(0x03FC, "%")
    co2 = f32(0x0424, "ppm")  # averaged
    co2_raw = f32(0x0426, "ppm", vendor_specific=True)  # not averaged
    dew_point = f32(0x0450, "°C")
    pressure_barometric = f32(0x04B0, "hPa")
