"""Wiren Board WB-MR6C: modules with six relays and seven inputs.

Addresses are those of the vendor's templates and on the wire. A coil says what a relay is asked to be; what its contact
is says a discrete input from 0x0060, since firmware 1.24. They differ while a rule for safety or curtains has its way.

Input 0 does not come before input 1: it is discrete input 7, counter 39 and frequency 54.

Where sources are silent: the templates state no serial settings; those of the factory are taken to be 9600 8N2, and the
unit is printed on the label.
"""

from rtu_agent.driver_api import Driver, Serial, bit, i16, string, u16, u32

HZ = 1 / 65536  # 16 bits before and 16 behind the point


class MR6C(Driver, table="input", pause_s=0.008):
    """With firmware 1.24 or newer. What counts rolls over at 65536."""

    name = "wirenboard.wb_mr6c"
    kind = "io_module"
    products = ["WB-MR6C v.2", "WB-MR6C v.3"]
    source = "wirenboard/wb-mqtt-serial, templates/config-wb-mr6cv3.json.jinja and config-wb-mr6c.json.jinja"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=2, unit=1)

    digital_output_1 = bit(0, table="coil", group="fast")
    digital_output_2 = bit(1, table="coil", group="fast")
    digital_output_3 = bit(2, table="coil", group="fast")
    digital_output_4 = bit(3, table="coil", group="fast")
    digital_output_5 = bit(4, table="coil", group="fast")
    digital_output_6 = bit(5, table="coil", group="fast")

    contact_1 = bit(96, table="discrete_input", vendor_specific=True)
    contact_2 = bit(97, table="discrete_input", vendor_specific=True)
    contact_3 = bit(98, table="discrete_input", vendor_specific=True)
    contact_4 = bit(99, table="discrete_input", vendor_specific=True)
    contact_5 = bit(100, table="discrete_input", vendor_specific=True)
    contact_6 = bit(101, table="discrete_input", vendor_specific=True)

    digital_input_1 = bit(0, table="discrete_input", group="fast")
    digital_input_2 = bit(1, table="discrete_input", group="fast")
    digital_input_3 = bit(2, table="discrete_input", group="fast")
    digital_input_4 = bit(3, table="discrete_input", group="fast")
    digital_input_5 = bit(4, table="discrete_input", group="fast")
    digital_input_6 = bit(5, table="discrete_input", group="fast")
    digital_input_0 = bit(7, table="discrete_input", group="fast", vendor_specific=True)

    pulse_count_1 = u16(32, counter=True)
    pulse_count_2 = u16(33, counter=True)
    pulse_count_3 = u16(34, counter=True)
    pulse_count_4 = u16(35, counter=True)
    pulse_count_5 = u16(36, counter=True)
    pulse_count_6 = u16(37, counter=True)
    pulse_count_0 = u16(39, counter=True, vendor_specific=True)
    single_presses_1 = u16(464, counter=True, vendor_specific=True)
    single_presses_2 = u16(465, counter=True, vendor_specific=True)
    single_presses_3 = u16(466, counter=True, vendor_specific=True)
    single_presses_4 = u16(467, counter=True, vendor_specific=True)
    single_presses_5 = u16(468, counter=True, vendor_specific=True)
    single_presses_6 = u16(469, counter=True, vendor_specific=True)

    input_frequency_1 = u32(40, "Hz", scale=HZ)
    input_frequency_2 = u32(42, "Hz", scale=HZ)
    input_frequency_3 = u32(44, "Hz", scale=HZ)
    input_frequency_4 = u32(46, "Hz", scale=HZ)
    input_frequency_5 = u32(48, "Hz", scale=HZ)
    input_frequency_6 = u32(50, "Hz", scale=HZ)
    input_frequency_0 = u32(54, "Hz", scale=HZ, vendor_specific=True)

    operating_time = u32(104, "s", group="slow", counter=True)  # since it was switched on
    supply_voltage = u16(121, "V", scale=0.001, group="slow")
    temperature_internal = i16(124, "°C", scale=0.1, group="slow")

    firmware_version = string(250, 16, one_per_word=True, group="once")
    serial_number = u32(270, group="once")


class MR6CFirmware123(MR6C, without=[f"contact_{relay}" for relay in range(1, 7)]):
    """With firmware up to 1.23."""

    name = "wirenboard.wb_mr6c_1_23"
    products = ["WB-MR6C (firmware up to 1.23)"]
