"""Frames: unit address, PDU, checksum.

Source: MODBUS over Serial Line Specification V1.02, section 2.3 (ADU) and 2.5.1 (RTU framing).
"""

from typing import Final

from rtu_agent.protocol.crc import crc_bytes, crc_is_good
from rtu_agent.protocol.guard import MAX_PDU
from rtu_agent.protocol.identification import REPORT_SERVER_ID
from rtu_agent.protocol.objects import ENCAPSULATED, identification_size
from rtu_agent.protocol.pdu import EXCEPTION_BIT

OVERHEAD: Final = 3
"""Unit address and checksum."""
EXCEPTION_SIZE: Final = 5
MIN_SIZE: Final = 4
MAX_SIZE: Final = 256

_REQUEST_SIZES: Final = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8, 15: 8, 16: 8, REPORT_SERVER_ID: 4, ENCAPSULATED: 7}
"""Of known functions; for those that write, the size of the reply, which repeats the request or its beginning."""
_COUNTED_REPLIES: Final = frozenset((1, 2, 3, 4, REPORT_SERVER_ID))


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
    if function not in _REQUEST_SIZES:
        return ()
    reply = _reply_size(buffer[start + 1 : start + 1 + MAX_PDU])
    return (OVERHEAD + reply, _REQUEST_SIZES[function]) if reply else (_REQUEST_SIZES[function],)


def _reply_size(pdu: bytes) -> int:
    """Return the size of a reply that says it by itself, or 0."""
    if pdu[0] in _COUNTED_REPLIES:
        return 2 + pdu[1]
    return identification_size(pdu)
