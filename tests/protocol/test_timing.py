"""Times on the wire follow the serial line specification."""

import pytest

from rtu_agent.protocol.timing import LineSettings, Parity


@pytest.mark.parametrize(
    ("baudrate", "parity", "stop_bits", "t35_us"),
    [
        (9600, "none", 1, 3646),
        (19200, "none", 2, 2005),
        (19200, "even", 1, 2005),
        (38400, "none", 1, 1750),
        (115200, "none", 1, 1750),
        (2400, "none", 1, 14583),
    ],
)
def test_silence_between_frames(baudrate: int, parity: Parity, stop_bits: int, t35_us: int) -> None:
    """t3.5 is 3.5 characters, and 1.75 ms above 19200 baud."""
    line = LineSettings(baudrate, parity, stop_bits)

    assert t35_us == round(line.t35_s * 1e6)


def test_a_register_read_on_the_wire() -> None:
    """Eight request characters at 9600 8N1 take 8.33 ms."""
    assert round(LineSettings().wire_s(8) * 1e6) == 8333
