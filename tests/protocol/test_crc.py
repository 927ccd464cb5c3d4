"""The checksum is the one of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from rtu_agent.protocol.crc import crc16, crc_bytes, crc_is_good


@pytest.mark.parametrize(
    ("body", "checksum"),
    [
        ("0207", "4112"),  # the worked example of the specification, appendix B
        ("010400000002", "71cb"),
        ("fe0400030001", "d5c5"),
    ],
)
def test_documented_frames_have_their_checksum(body: str, checksum: str) -> None:
    """Frames printed in manuals carry the checksum we compute."""
    assert bytes.fromhex(checksum) == crc_bytes(bytes.fromhex(body))


@given(st.binary(max_size=300))
def test_agrees_with_pymodbus(data: bytes) -> None:
    """An independent implementation computes the same."""
    theirs = FramerRTU.compute_CRC(data)

    assert theirs.to_bytes(2, "big") == crc_bytes(data)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_flipped_bit_is_noticed(data: bytes, draw: st.DataObject) -> None:
    """Any single flipped bit makes the checksum bad."""
    framed = bytearray(data + crc_bytes(data))
    bit = draw.draw(st.integers(0, 8 * len(framed) - 1))
    assert crc_is_good(framed)

    framed[bit // 8] ^= 1 << bit % 8

    assert not crc_is_good(framed)


def test_nothing_has_the_start_value() -> None:
    """The register starts with all ones."""
    assert crc16(b"") == 0xFFFF
