"""What slaves make of a frame before one of them answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.protocol.crc import crc_bytes
from rtu_agent.simulator.ear import Ear

EAR = Ear({1, 7})


def frame(hexadecimal: str) -> bytes:
    """Return a frame with its checksum."""
    body = bytes.fromhex(hexadecimal)
    return body + crc_bytes(body)


@pytest.mark.parametrize("unit", ["01", "07"])
def test_a_read_for_a_unit_that_is_there_goes_through(unit: str) -> None:
    """And is not refused."""
    request = frame(f"{unit} 04 0000 0002")

    assert EAR.concerns(request)
    assert EAR.refuse(request) is None


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(frame("02 04 0000 0002"), id="another unit"),
        pytest.param(frame("00 04 0000 0002"), id="broadcast"),
        pytest.param(frame("01 04 0000 0002")[:-1] + b"\x00", id="broken"),
        pytest.param(b"\x01\x04", id="too short"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_concerns_nobody_is_not_answered(heard: bytes) -> None:
    """A real slave stays silent as well."""
    assert not EAR.concerns(heard)


@pytest.mark.parametrize("function", ["05", "06", "0F", "10", "11", "16", "17", "2B", "42"])
def test_all_but_reading_is_an_illegal_function(function: str) -> None:
    """A simulated device cannot be written to."""
    assert EAR.refuse(frame(f"01 {function} 0000 0001")) == frame(f"01 {int(function, 16) | 0x80:02X} 01")


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        ("01 03 0000 0000", "01 83 03"),
        ("01 03 0000 007E", "01 83 03"),
        ("01 01 0000 07D1", "01 81 03"),
        ("01 04 0000 0001 00", "01 84 03"),
    ],
)
def test_a_read_of_an_illegal_width_is_an_illegal_value(request_: str, reply: str) -> None:
    """None, more than fits a reply, or a frame of another length."""
    assert EAR.refuse(frame(request_)) == frame(reply)


@pytest.mark.parametrize("request_", ["01 03 0000 007D", "01 01 0000 07D0"])
def test_the_widest_reads_are_legal(request_: str) -> None:
    """125 registers, 2000 bits."""
    assert EAR.refuse(frame(request_)) is None


@given(st.binary(max_size=300))
def test_anything_may_be_heard(noise: bytes) -> None:
    """Whatever a master sends, the ear does not break, and a refusal is a frame of the same unit."""
    for heard in (noise, b"\x01" + noise + crc_bytes(b"\x01" + noise)):
        if EAR.concerns(heard) and (reply := EAR.refuse(heard)):
            assert (reply[0], reply[1]) == (heard[0], heard[1] | 0x80)


@pytest.mark.parametrize(
    "rest", ["0010 0001 02 0007 00", "0010 0001 04 0007", "0010 0002 02 0007", "0010 0001", "0010 0000", "0010"]
)
def test_a_write_of_several_that_is_not_as_long_as_it_says_is_an_illegal_value(rest: str) -> None:
    """The server would wait for the rest of it, and answer nobody until then."""
    ear = Ear({1}, writable={1})

    assert ear.refuse(frame("01 10 0010 0001 02 0007")) is None
    assert ear.refuse(frame(f"01 10 {rest}")) == frame("01 90 03")
