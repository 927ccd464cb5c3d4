"""Senseair S8: carbon dioxide sensors.

The manual numbers registers from one: IR1 is 0x0000.

Where sources disagree: section 3 of the manual allows 6 registers a read, its limit of 39 bytes a frame would allow
more. It is 6.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, u16, u32

METER_STATUS = {
    0: "fatal error",
    1: "offset regulation error",
    2: "algorithm error",
    3: "output error",
    4: "self-diagnostics error",
    5: "out of range",
    6: "memory error",
}
OUTPUT_STATUS = {0: "alarm output inverted", 1: "PWM output full"}


class S8(Driver, table="input", max_block=6, min_interval_s=2.0):
    """Sensors of carbon dioxide alone.

    It measures every 2 s, some models every 4 s. It refuses a read that touches a reserved register and does not answer
    one that is too long. Alone on its bus it answers to unit 254, whatever its own address is. Some variants send CO2
    in tens of ppm; this driver is not for them.
    """

    name = "senseair.s8"
    kind = "environment"
    products = ["S8 LP", "S8 Residential", "S8 Commercial"]
    source = "Senseair TDE2067, Edition 2, register tables and appendix A"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=254)

    status = bits(0x0000, METER_STATUS)
    alarm_status = bits(0x0001, vendor_specific=True)
    output_status = bits(0x0002, OUTPUT_STATUS, vendor_specific=True)
    co2 = i16(0x0003, "ppm")
    output_percent = u16(0x0015, "%", scale=100 / 0x3FFF, group="slow")  # of the PWM output

    sensor_type_id_high = enum(0x0019, group="once", vendor_specific=True)  # its low byte is the highest of the id
    sensor_type_id_low = enum(0x001A, group="once", vendor_specific=True)
    memory_map_version = enum(0x001B, group="once", vendor_specific=True)
    firmware_version = u16(0x001C, group="once")  # high byte main, low byte sub
    serial_number = u32(0x001D, group="once")
    abc_period = u16(0x001F, "h", table="holding", group="once", vendor_specific=True)  # 0: no self-calibration
