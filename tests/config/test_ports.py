"""A port has one of four forms, and two spellings of one are one."""

import pytest
from pydantic import TypeAdapter, ValidationError

from rtu_agent.config.ports import Port, has_line, misfit, same_port

PORT: TypeAdapter[str] = TypeAdapter(Port)


@pytest.mark.parametrize(
    "port",
    [
        *("/dev/ttyUSB0", "/dev/serial/by-id/usb-FTDI-if00", "/tmp/pty/a", "/dev/cu.usb-1"),
        *("COM3", "com12", r"\\.\COM10"),
        *("rtu+tcp://10.0.0.5:4001", "rtu+tcp://gateway.plant-a.local:502", "rtu+tcp://[fe80::1]:4001"),
        *("tcp://10.0.0.7:502", "tcp://10.0.0.7", "TCP://plc_1", "tcp://[::1]"),
    ],
)
def test_a_port_is_taken_as_it_is_written(port: str) -> None:
    """Linux, macOS, Windows and the network."""
    assert PORT.validate_python(port) == port


@pytest.mark.parametrize(
    ("port", "message"),
    [
        (
            "rtu+tcp://10.0.0.5",
            "'rtu+tcp://10.0.0.5' is not of the form rtu+tcp://host:port, such as rtu+tcp://10.0.0.5",
        ),
        ("tcp://10.0.0.7:0", "is not of the form tcp://host:port, such as tcp://10.0.0.7:502"),
        ("tcp://10.0.0.7:65536", "is not of the form tcp://host:port"),
        ("tcp://10.0.0.7:502/1", "is not of the form tcp://host:port"),
        ("tcp://user:secret@10.0.0.7", "'tcp://…@10.0.0.7' is not of the form"),
        ("tcp://", "is not of the form tcp://host:port"),
        ("socket://x", "'socket://x' is not a port; write a device file such as"),
        ("10.0.0.5:4001", "write rtu+tcp://10.0.0.5:4001 for a serial gateway or tcp://10.0.0.5:4001"),
        ("ttyUSB0", "'ttyUSB0' is not a whole path, did you mean '/dev/ttyUSB0'?"),
        ("dev/ttyUSB0", "did you mean '/dev/ttyUSB0'?"),
        ("serial/by-id/x", "did you mean '/dev/serial/by-id/x'?"),
        ("", "'' is not a port; write a device file such as"),
        ("COM", "'COM' is not a port"),
        ("/dev/tty USB0", "is not a port"),
        (3, "3 is not a port"),
    ],
)
def test_anything_else_is_told_how_to_be_written(port: object, message: str) -> None:
    """A port that does not exist yet is no mistake of the file; one that cannot exist is."""
    with pytest.raises(ValidationError) as caught:
        PORT.validate_python(port)

    assert message in str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("COM3", "com3"), (r"\\.\COM12", "COM12"), ("/dev//ttyUSB0", "/dev/ttyUSB0")],
        *[("tcp://PLC", "tcp://plc:502"), ("rtu+tcp://gw:502", "tcp://gw"), ("tcp://[::1]:502", "TCP://[::1]")],
    ],
)
def test_two_spellings_of_one_port_are_equal(one: str, other: str) -> None:
    """Two masters on one bus would destroy each other's frames."""
    assert same_port(one) == same_port(other)


def test_two_ports_are_not_equal() -> None:
    """Paths differ by case."""
    assert same_port("/dev/ttyUSB0") != same_port("/dev/ttyusb0")
    assert same_port("COM1") != same_port("COM11")
    assert same_port("tcp://gw:502") != same_port("tcp://gw:503")


def test_keys_fit_some_ports_and_not_others() -> None:
    """A gateway has a line behind it, a Modbus TCP server has none, and neither is waited for like a serial port."""
    assert [has_line(port) for port in ("/dev/ttyS0", "rtu+tcp://gw:1", "tcp://gw")] == [True, True, False]
    assert misfit("baudrate", "rtu+tcp://gw:1") is None
    assert misfit("baudrate", "tcp://gw") == "Modbus TCP has no serial line; delete this key"
    assert misfit("backend", "/dev/ttyS0") is None
    assert misfit("backend", "rtu+tcp://gw:1") is not None
    assert misfit("timeout", "tcp://gw") is None
