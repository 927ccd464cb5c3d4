"""Danfoss VLT drives.

A parameter is the register of ten times its number: 16-13 is register 16130, the address 16129. Most of the ten are
not there and are refused, so nothing between two parameters may be read along. Register 9 selects which element of a
parameter with many is read. None of these has many, so nothing has to be selected, and the driver does not write.

Where sources disagree:

- percent of the bus reference and of the main actual value: 0x4000 is 100 %, as the design guide has it; Wirenboard
  multiplies by 0.0061035, which is that rounded.
- output power, 16-10: its decimals depend on the size of the drive. It is here as it stands in the register.
- serial settings: 9600 8E1 is usual, no document at hand tells those of the FC 51.
"""

from rtu_agent.driver_api import Driver, Serial, bits, enum, i16, i32, u16, u32


def register(number: int) -> int:
    """Return the address of what the design guide calls by this number."""
    return number - 1


def parameter(group: int, index: int) -> int:
    """Return the address of a parameter."""
    return register(10 * (100 * group + index))


class FC51(Driver, table="holding", pause_s=0.015):
    """VLT Micro Drive FC 51, and others with the same rule."""

    name = "danfoss.fc51"
    kind = "drive"
    products = ["VLT Micro Drive FC 51", "VLT FC 100", "VLT FC 202", "VLT FC 300"]
    source = "Danfoss VLT FC 202 design guide MG20Z102, pages 175 to 177; Wirenboard, config-danfoss-fc51.json"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="even", stop_bits=1, unit=1)

    command = bits(register(50000), {6: "start", 7: "reset", 15: "reverse"})
    bus_reference = i16(register(50010), "%", scale=100 / 0x4000, vendor_specific=True)
    status = bits(
        register(50200), {0: "control ready", 1: "drive ready", 3: "alarm", 9: "remote active", 11: "running"}
    )
    main_actual_value = i16(register(50210), "%", scale=100 / 0x4000, vendor_specific=True)
    frequency_setpoint = i32(parameter(16, 1), "Hz", scale=0.001)
    setpoint_percent = i16(parameter(16, 2), "%", scale=0.1)
    raw_output_power = u16(parameter(16, 10), vendor_specific=True)
    output_voltage = u16(parameter(16, 12), "V")
    output_frequency = u16(parameter(16, 13), "Hz", scale=0.1)
    output_current = u16(parameter(16, 14), "A", scale=0.01)
    output_percent = u16(parameter(16, 15), "%", scale=0.1)  # the frequency
    motor_load = u16(parameter(16, 18), "%")  # thermal, of the motor
    dc_bus_voltage = u16(parameter(16, 30), "V")
    temperature_internal = u16(parameter(16, 34), "°C")  # of the heatsink
    device_load = u16(parameter(16, 35), "%")  # thermal, of the drive
    alarm = bits(parameter(16, 90), words=2)
    warning = bits(parameter(16, 92), words=2, vendor_specific=True)
    extended_status = bits(parameter(16, 94), words=2, vendor_specific=True)
    last_access_error = enum(register(7), group="slow", vendor_specific=True)

    operating_time = u32(parameter(15, 0), "h", group="slow", counter=True)
    run_time = u32(parameter(15, 1), "h", group="slow", counter=True)
    energy_import_active = u32(parameter(15, 2), "kWh", group="slow", counter=True)
