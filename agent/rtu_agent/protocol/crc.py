"""CRC-16/MODBUS.

Source: MODBUS over Serial Line Specification V1.02, section 2.5.1.2 and appendix B: polynomial 0xA001 (reflected),
start 0xFFFF, low byte first on the wire.
"""

from typing import Final

_POLYNOMIAL: Final = 0xA001


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ _POLYNOMIAL if byte & 1 else byte >> 1
    return byte


_TABLE: Final = tuple(_entry(byte) for byte in range(256))


def crc16(data: bytes | bytearray | memoryview) -> int:
    """Return the checksum of `data`, 0 to 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def crc_bytes(data: bytes | bytearray | memoryview) -> bytes:
    """Return the checksum of `data` as it goes on the wire, two bytes, low byte first."""
    return crc16(data).to_bytes(2, "little")


def crc_is_good(frame: bytes | bytearray | memoryview) -> bool:
    """Return whether the last two bytes of `frame` are the checksum of those before them.

    A frame that carries its own checksum leaves the remainder zero.
    """
    return crc16(frame) == 0
