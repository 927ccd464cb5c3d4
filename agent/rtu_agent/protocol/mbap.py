"""Modbus TCP: what a stream of bytes holds, and whether it answers the one request that is under way.

A frame is a header of transaction, protocol (zero), length and unit, and then the same PDU as in RTU without checksum.
The transaction number makes a late reply harmless, if it is checked. So here a reply counts only if transaction, unit,
function and byte count are all right, and if the header's length is that of the reply to the last byte. A stream whose
framing is wrong once cannot be trusted any more, since nothing in it says where the next frame begins.

Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 (header).
"""

import struct
from dataclasses import dataclass, field
from typing import Final

from rtu_agent.events import OutcomeKind
from rtu_agent.protocol.guard import MAX_PDU
from rtu_agent.protocol.pdu import EXCEPTION_BIT, Request

HEADER: Final = struct.Struct(">HHHB")
_EXCEPTION_PDU: Final = 2
_SHORTEST, _LONGEST = 2, 1 + MAX_PDU  # what the header's length counts: the unit and a PDU


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reply must name to be the reply."""

    transaction: int
    unit: int
    function: int
    """The one that was on the wire."""
    request: Request


@dataclass(slots=True)
class Stream:
    """What the bytes received so far hold."""

    kind: OutcomeKind | None = None
    """`good` or `exception` when the reply is there, `foreign` when the request was answered with something else,
    `damaged` when the framing is wrong; None while there is more to wait for."""
    pdu: bytes = b""
    """The reply's."""
    foreign: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Offset, transaction, unit and function of each whole frame that is not the reply."""
    used: int = 0
    """Bytes up to the end of the reply, or of the last whole frame."""


def read(data: bytes, expected: Expected | None) -> Stream:
    """Return what `data` holds, which begins with a header; without anything expected, all is foreign."""
    stream = Stream()
    while stream.kind is None and len(data) >= stream.used + HEADER.size:
        transaction, protocol, length, unit = HEADER.unpack_from(data, stream.used)
        if protocol or not _SHORTEST <= length <= _LONGEST:
            stream.kind = "damaged"
            break
        end = stream.used + HEADER.size - 1 + length
        if len(data) < end:
            break
        _judge(stream, transaction, unit, data[stream.used + HEADER.size : end], expected)
        stream.used = end
    return stream


def _judge(stream: Stream, transaction: int, unit: int, pdu: bytes, expected: Expected | None) -> None:
    """Take one whole frame."""
    ours = expected is not None and transaction == expected.transaction
    if expected is not None and ours and unit == expected.unit:
        stream.kind = _answer(pdu, expected)
        stream.pdu = pdu
    elif ours:
        stream.kind = "foreign"  # nothing else will come for this transaction
    if stream.kind not in ("good", "exception"):
        stream.foreign.append((stream.used, transaction, unit, pdu[0]))


def _answer(pdu: bytes, expected: Expected) -> OutcomeKind:
    if pdu[0] == expected.function and len(pdu) == expected.request.reply_size(pdu):
        return "good"
    if pdu[0] == expected.function | EXCEPTION_BIT and len(pdu) == _EXCEPTION_PDU:
        return "exception"
    return "foreign"
