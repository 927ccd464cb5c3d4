"""A port is a serial port, and two spellings of one are one."""

import pytest
from pydantic import TypeAdapter, ValidationError

from rtu_agent.config.ports import Port, same_port

PORT: TypeAdapter[str] = TypeAdapter(Port)


@pytest.mark.parametrize(
    "port",
    ["/dev/ttyUSB0", "/dev/serial/by-id/usb-FTDI-if00", "/tmp/pty/a", "COM3", "com12", r"\\.\COM10", "/dev/cu.usb-1"],
)
def test_a_serial_port_is_taken_as_it_is_written(port: str) -> None:
    """Linux, macOS and Windows."""
    assert PORT.validate_python(port) == port


@pytest.mark.parametrize(
    ("port", "message"),
    [
        ("rtu+tcp://10.0.0.5:4001", "this version speaks serial ports only, not 'rtu"),
        ("tcp://10.0.0.7:502", "this version speaks serial ports only, not 'tcp"),
        ("socket://x", "this version speaks serial ports only"),
        ("ttyUSB0", "'ttyUSB0' is not a whole path, did you mean '/dev/ttyUSB0'?"),
        ("dev/ttyUSB0", "did you mean '/dev/ttyUSB0'?"),
        ("serial/by-id/x", "did you mean '/dev/serial/by-id/x'?"),
        ("", "'' is not a serial port; write a device file such as"),
        ("COM", "is not a serial port"),
        ("10.0.0.5:4001", "is not a serial port"),
        ("/dev/tty USB0", "is not a serial port"),
        (3, "3 is not a serial port"),
    ],
)
def test_anything_else_is_told_how_to_be_written(port: object, message: str) -> None:
    """A port that does not exist yet is no mistake of the file; one that cannot exist is."""
    with pytest.raises(ValidationError) as caught:
        PORT.validate_python(port)

    assert message in str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize(
    ("one", "other"), [("COM3", "com3"), (r"\\.\COM12", "COM12"), ("/dev//ttyUSB0", "/dev/ttyUSB0")]
)
def test_two_spellings_of_one_port_are_equal(one: str, other: str) -> None:
    """Two masters on one bus would destroy each other's frames."""
    assert same_port(one) == same_port(other)


def test_two_ports_are_not_equal() -> None:
    """Paths differ by case."""
    assert same_port("/dev/ttyUSB0") != same_port("/dev/ttyusb0")
    assert same_port("COM1") != same_port("COM11")
