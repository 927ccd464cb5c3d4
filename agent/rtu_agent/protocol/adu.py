"""Frames: unit address, PDU, checksum.

Source: MODBUS over Serial Line Specification V1.02, section 2.3 (ADU) and 2.5.1 (RTU framing).
"""

from typing import Final

from rtu_agent.protocol.crc import crc_bytes, crc_is_good
from rtu_agent.protocol.pdu import EXCEPTION_BIT

OVERHEAD: Final = 3
"""Unit address and checksum."""
EXCEPTION_SIZE: Final = 5
MIN_SIZE: Final = 4
MAX_SIZE: Final = 256

_REQUEST_SIZE: Final = 8
_COUNTED_REPLIES: Final = frozenset((1, 2, 3, 4, 17))
_FIXED_REPLIES: Final = frozenset((5, 6, 15, 16))


def frame(unit: int, pdu: bytes) -> bytes:
    """Return the frame that carries `pdu` to or from `unit`."""
    body = bytes((unit,)) + pdu
    return body + crc_bytes(body)


def frame_at(buffer: bytes, start: int, *, final: bool) -> int:
    """Return the size of the whole frame of any known function that begins at `start`, or 0 where none does.

    Replies and requests are both known, because a second master on the bus speaks in requests. What may become a reply
    when more bytes come is no request before they have come, or `final` says that none will.
    """
    for size in _sizes(buffer, start):
        if start + size > len(buffer):
            if not final:
                return 0
        elif crc_is_good(buffer[start : start + size]):
            return size
    return 0


def _sizes(buffer: bytes, start: int) -> tuple[int, ...]:
    if start + MIN_SIZE > len(buffer):
        return ()
    function = buffer[start + 1]
    if function & EXCEPTION_BIT:
        return (EXCEPTION_SIZE,)
    if function in _COUNTED_REPLIES:
        return (OVERHEAD + 2 + buffer[start + 2], _REQUEST_SIZE)
    return (_REQUEST_SIZE,) if function in _FIXED_REPLIES else ()
