"""ABB drives with the embedded fieldbus.

The manuals print reference numbers: 4 00004 is the address 3. A parameter is a register of its own: group 01, index 03
is 4 00103. What is no parameter is refused, and with it the whole read.

Where sources disagree:

- parameters: 100 times the group and the index, as ACS355, ACS550, ACS850 and mode 0 of the ACS580 have it. Mode 1 of
  the ACS580 and the bypass of the ACH580 count 256 to the group; these drivers are not for them.
- group 01 of the ACS355: the sources tell its addresses; its scales are what is usual of the family.
- serial settings: 9600 8N1 is usual of the ACS355 and its relatives, no document at hand tells them.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, ref, u16

CONTROL = {
    0: "OFF1",
    1: "OFF2",
    2: "OFF3",
    3: "operation",
    4: "ramp output",
    5: "ramp",
    6: "ramp input",
    7: "reset fault",
    10: "remote",
}
STATUS = {
    0: "ready to switch on",
    1: "ready to run",
    2: "ready for reference",
    3: "tripped",
    4: "OFF2 inactive",
    5: "OFF3 inactive",
    6: "switch-on inhibited",
    7: "alarm",
    8: "at setpoint",
    9: "remote",
    10: "above limit",
}


def parameter(group: int, index: int) -> int:
    """Return the address of a parameter."""
    return ref(40000 + 100 * group + index)


class ACS580(Driver, table="holding"):
    """What all have: control word, references, status word, and eight values that parameters of the drive choose.

    The eight are numbers without a unit here. What the drive puts there, and how it scales it, is set in group 58, or
    in 5310 to 5317 of older drives.
    """

    name = "abb.acs580"
    kind = "drive"
    products = ["ACS580", "ACH580", "ACS850"]
    source = "ABB ACS850 firmware manual, page 329; ABB ACH580 E-Clipse manual, pages 143 and 152"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=19200, parity="even", stop_bits=1, unit=1)

    command = bits(ref(40001), CONTROL)
    setpoint_percent = i16(ref(40002), "%", scale=0.005)  # 20000 is the largest reference
    reference_2 = i16(ref(40003), "%", scale=0.01, vendor_specific=True)
    status = bits(ref(40004), STATUS)
    actual_1 = i16(ref(40005), vendor_specific=True)
    actual_2 = i16(ref(40006), vendor_specific=True)
    actual_3 = i16(ref(40007), vendor_specific=True)
    actual_4 = i16(ref(40008), vendor_specific=True)
    actual_5 = i16(ref(40009), vendor_specific=True)
    actual_6 = i16(ref(40010), vendor_specific=True)
    actual_7 = i16(ref(40011), vendor_specific=True)
    actual_8 = i16(ref(40012), vendor_specific=True)


class ACS550(ACS580):
    """With the words of the DCU profile, whose low word comes first."""

    name = "abb.acs550"
    products = ["ACS550", "ACH550", "ACQ550"]
    source = "ABB ACH550-UH user manual, page 161; ABB ACQ550 user manual, page 204"
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    dcu_command = bits(ref(40031), words=2, word_order="little", vendor_specific=True)
    dcu_status = bits(ref(40033), words=2, word_order="little", vendor_specific=True)


class ACS355(ACS550):
    """With group 01, what the drive measures."""

    name = "abb.acs355"
    products = ["ACS355"]
    source = "ABB ACS355 user manual, pages 313 and 326; nobrega8/mbmap-library, maps/abb/acs355"

    rotational_speed = i16(parameter(1, 1), "rpm")
    output_frequency = u16(parameter(1, 3), "Hz", scale=0.1)
    output_current = u16(parameter(1, 4), "A", scale=0.1)
    motor_torque = i16(parameter(1, 5), "%", scale=0.1)
    active_power = i16(parameter(1, 6), "kW", scale=0.1)
    dc_bus_voltage = u16(parameter(1, 7), "V")
    output_voltage = u16(parameter(1, 9), "V")
    temperature_internal = u16(parameter(1, 10), "°C", scale=0.1)
    error_code = enum(parameter(4, 1))  # of the last fault

    run_time = u16(parameter(1, 14), "h", group="slow", counter=True)
    energy_import_active = u16(parameter(1, 15), "kWh", group="slow", counter=True)

    firmware_version = enum(parameter(33, 1), group="once")  # in hexadecimal digits
