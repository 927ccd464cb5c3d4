"""LS ELECTRIC drives: the common area of S100, M100, H100, G100 and of the older iG5A.

The manual's communication address is one more than that on the wire: 0x1103 is sent as 0x1102. A port speaks Modbus
only if CM.02 of the drive says so. Registers whose meaning the drive's parameters choose, 0x0100 to 0x0117, are not
read.

Where sources disagree:

- iG5A: its list begins with the model code at 0x0000, which less one is no address; no source has tried. There is a
  driver for each way: one subtracts, the other, which can prove itself by the model code, does not.
- voltages: 1 V, as a program for the M100 reads them and tried; the manual of the iG5A has 0.1 V.
- what follows 0x0303: the manual page shows these names, and not all of their addresses.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, u16

CAPACITIES = {
    0xFFFF: "0.4 kW",
    0: "0.75 kW",
    1: "1.5 kW",
    2: "2.2 kW",
    3: "3.7 kW",
    4: "4.0 kW",
    5: "5.5 kW",
    6: "7.5 kW",
    7: "11 kW",
    8: "15 kW",
    9: "15 kW",
    10: "18.5 kW",
    11: "22 kW",
}
COMMANDS = {0: "stop", 1: "run forward", 2: "run reverse", 3: "reset fault", 4: "emergency stop"}
STATUS = {
    0: "stopped",
    1: "running forward",
    2: "running reverse",
    3: "fault",
    4: "accelerating",
    5: "decelerating",
    6: "speed reached",
    7: "DC braking",
    8: "stopping",
    9: "jogging",
    10: "brake open",
    11: "forward commanded",
    12: "reverse commanded",
    13: "run and stop by remote",
    14: "frequency by remote",
}
DIRECTIONS = {1: "forward", 2: "reverse", 3: "DC braking"}


def communication(address: int) -> int:
    """Return the address on the wire of what the manual calls by this communication address."""
    return address - 1


class S100(Driver, table="holding", max_block=16):
    """Drives of the LSLV series. Older ones take 16 registers a read at most, so no more are asked for."""

    name = "ls_electric.s100"
    kind = "drive"
    products = ["LSLV-S100", "LSLV-M100", "LSLV-H100", "LSLV-G100"]
    source = "LSIS LSLV-S100 user manual, pages 245, 249, 250 and 263; The-Intrigued-Engineer/RPi-Modbus-VFD"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    frequency_setpoint = u16(communication(0x0005), "Hz", scale=0.01)
    command = bits(communication(0x0006), COMMANDS)
    acceleration_time = u16(communication(0x0007), "s", scale=0.1, group="slow", vendor_specific=True)
    deceleration_time = u16(communication(0x0008), "s", scale=0.1, group="slow", vendor_specific=True)
    output_current = u16(communication(0x0009), "A", scale=0.1)
    output_frequency = u16(communication(0x000A), "Hz", scale=0.01)
    output_voltage = u16(communication(0x000B), "V")
    dc_bus_voltage = u16(communication(0x000C), "V")
    active_power = u16(communication(0x000D), "kW", scale=0.1)
    status = bits(communication(0x000E), STATUS)
    alarm = bits(communication(0x000F))  # each series names its own trips
    input_terminals = bits(communication(0x0010), vendor_specific=True)
    output_terminals = bits(communication(0x0011), vendor_specific=True)
    operating_state = enum(communication(0x0305), DIRECTIONS, mask=0x000F)
    command_sources = bits(communication(0x0306), vendor_specific=True)
    rotational_speed = i16(communication(0x0312), "rpm")

    model_id = enum(communication(0x0001), CAPACITIES, group="once")
    firmware_version = enum(communication(0x0303), group="once")  # in hexadecimal digits: 0x0101 is 1.01


class IG5A(S100, without=["operating_state", "command_sources", "rotational_speed", "firmware_version"]):
    """Drives of the SV series, with the address in the list less one."""

    name = "ls_electric.ig5a"
    products = ["SV-iG5A", "SV-iP5A", "SV-iC5"]
    source = "LS iG5A and iP5A user manuals, chapter on Modbus"
    confidence = "medium"
    serial = Serial(baudrate=9600, parity="none", stop_bits=2, unit=1)

    output_voltage = u16(communication(0x000B), "V", scale=0.1)
    dc_bus_voltage = u16(communication(0x000C), "V", scale=0.1)


class IG5ADirect(IG5A.at(1)):  # type: ignore[misc]  # a class that is made, which a type checker cannot follow
    """Drives of the SV series, with the address as it is in the list: all are higher by one."""

    name = "ls_electric.ig5a_direct"
    products = ["SV-iG5A"]
    source = "LS iG5A user manual, chapter on Modbus"
    confidence = "low"

    model_id = enum(0x0000, {0x000A: "iG5A"}, group="once")
    capacity = enum(0x0001, CAPACITIES, group="once", vendor_specific=True)

    identity = {model_id: 0x000A}
