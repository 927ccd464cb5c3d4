"""Omron E5CC and its family: temperature controllers.

The manual's hexadecimal addresses are those on the wire. Every variable is there twice, in 4-byte mode from 0x0000 and
in 2-byte mode from 0x2000; both have the same digits. The latter is read: it needs half the registers.

Values have no decimal point on the bus; where it is, a parameter says that is in no register known here. There is a
driver for values without and one for values with one decimal; their unit is that of the display.

Where sources are silent: the manual names no parity of the factory; even, with which community maps agree, is assumed.

The factory sets the protocol CompoWay/F, to which no Modbus request is answered: choose Modbus with PSEL = MOD.
"""

from rtu_agent.driver_api import Driver, Serial, bits, i16


class E5CC(Driver, table="holding"):
    """Values with no decimals."""

    name = "omron.e5cc"
    kind = "temperature_controller"
    products = ["E5CC", "E5EC", "E5AC", "E5GC", "E5CC-T"]
    source = "Omron E5@C Communications Manual H175, pages 4-8 to 4-14; E5CC-T Communications Manual H186, page 4-12"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="even", stop_bits=1, unit=1)

    process_value = i16(0x2000)
    status = bits(0x2001)  # the flags are those of H175, section 5
    setpoint_working = i16(0x2002)
    heater_current = i16(0x2003, "A", scale=0.1)
    output_percent = i16(0x2004, "%", scale=0.1)  # heating
    cooling_output = i16(0x2005, "%", scale=0.1, vendor_specific=True)
    setpoint = i16(0x2103)
    alarm_threshold = i16(0x2104)
    alarm_1_upper_limit = i16(0x2105, vendor_specific=True)
    alarm_1_lower_limit = i16(0x2106, vendor_specific=True)


class E5CCTenths(E5CC):
    """Values with one decimal."""

    name = "omron.e5cc_tenths"
    products = [f"{product} (one decimal)" for product in E5CC.products]

    process_value = i16(0x2000, scale=0.1)
    setpoint_working = i16(0x2002, scale=0.1)
    setpoint = i16(0x2103, scale=0.1)
    alarm_threshold = i16(0x2104, scale=0.1)
    alarm_1_upper_limit = i16(0x2105, scale=0.1, vendor_specific=True)
    alarm_1_lower_limit = i16(0x2106, scale=0.1, vendor_specific=True)
