"""Waveshare Modbus RTU Relay and Modbus RTU IO: modules with relays, one of them with inputs.

Relay 1 is coil 0. What is documented are the first eight; those of larger modules are taken to follow them.

A module also understands what is not Modbus: a coil value that toggles, a coil for all relays at once, and unit 0, to
which it answers with its own number. Nothing of this is used.

Where sources disagree: this is protocol V2, which keeps to the standard. Firmware from before September 2021 speaks V1,
which tells the state of all relays to a read of one coil at 0x00FF; this driver is not for it.
"""

from rtu_agent.driver_api import Driver, Serial, bit, u16


class Relay4(Driver, table="coil"):
    """Four relays."""

    name = "waveshare.relay_4ch"
    kind = "io_module"
    products = ["Modbus RTU Relay 4CH"]
    source = "Waveshare wiki, Protocol Manual of Modbus RTU Relay; Modbus RTU IO 8CH"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    digital_output_1 = bit(0, group="fast")
    digital_output_2 = bit(1, group="fast")
    digital_output_3 = bit(2, group="fast")
    digital_output_4 = bit(3, group="fast")

    firmware_version = u16(0x8000, table="holding", group="once")  # 200 is 2.00


class Relay8(Relay4):
    """Eight relays."""

    name = "waveshare.relay_8ch"
    products = ["Modbus RTU Relay 8CH"]

    digital_output_5 = bit(4, group="fast")
    digital_output_6 = bit(5, group="fast")
    digital_output_7 = bit(6, group="fast")
    digital_output_8 = bit(7, group="fast")


class Relay16(Relay8):
    """Sixteen relays."""

    name = "waveshare.relay_16ch"
    products = ["Modbus RTU Relay 16CH"]

    digital_output_9 = bit(8, group="fast")
    digital_output_10 = bit(9, group="fast")
    digital_output_11 = bit(10, group="fast")
    digital_output_12 = bit(11, group="fast")
    digital_output_13 = bit(12, group="fast")
    digital_output_14 = bit(13, group="fast")
    digital_output_15 = bit(14, group="fast")
    digital_output_16 = bit(15, group="fast")


class Relay32(Relay16):
    """Thirty-two relays."""

    name = "waveshare.relay_32ch"
    products = ["Modbus RTU Relay 32CH"]

    digital_output_17 = bit(16, group="fast")
    digital_output_18 = bit(17, group="fast")
    digital_output_19 = bit(18, group="fast")
    digital_output_20 = bit(19, group="fast")
    digital_output_21 = bit(20, group="fast")
    digital_output_22 = bit(21, group="fast")
    digital_output_23 = bit(22, group="fast")
    digital_output_24 = bit(23, group="fast")
    digital_output_25 = bit(24, group="fast")
    digital_output_26 = bit(25, group="fast")
    digital_output_27 = bit(26, group="fast")
    digital_output_28 = bit(27, group="fast")
    digital_output_29 = bit(28, group="fast")
    digital_output_30 = bit(29, group="fast")
    digital_output_31 = bit(30, group="fast")
    digital_output_32 = bit(31, group="fast")


class IO8(Relay8):
    """Eight outputs and eight inputs."""

    name = "waveshare.io_8ch"
    products = ["Modbus RTU IO 8CH"]

    digital_input_1 = bit(0, table="discrete_input", group="fast")
    digital_input_2 = bit(1, table="discrete_input", group="fast")
    digital_input_3 = bit(2, table="discrete_input", group="fast")
    digital_input_4 = bit(3, table="discrete_input", group="fast")
    digital_input_5 = bit(4, table="discrete_input", group="fast")
    digital_input_6 = bit(5, table="discrete_input", group="fast")
    digital_input_7 = bit(6, table="discrete_input", group="fast")
    digital_input_8 = bit(7, table="discrete_input", group="fast")
