"""Which requests may go onto a wire at all.

An agent that polls must not change what it looks at, whoever wrote its drivers. So a request is encoded once, the bytes
are judged, and exactly these bytes are sent; nothing that a request says of itself counts. The same rule serves every
kind of bus:

* A function that reads may be asked of every unit.
* A function that writes may be asked of units whose device entry allows writes.
* Either must have the exact form of its request. Many devices close a frame by its length, so bytes behind a whole
  request would be a second request, to anybody. A function whose form is not known here is never sent.
* Unit 0, broadcast, is never asked: it would reach devices that nobody has named, and none of them answers.

Source: MODBUS Application Protocol Specification V1.1b3, section 6.
"""

from collections.abc import Container, Mapping
from typing import Final, Protocol

from rtu_agent.protocol.errors import LocalProtocolError, WriteForbidden

MAX_PDU: Final = 253
HIGHEST_UNIT: Final = 255
"""247, and the reserved addresses, which some devices use."""

_READS: Final = frozenset((1, 2, 3, 4, 17, 43))
_ENCAPSULATED: Final = 43
_IDENTIFY: Final = bytes((_ENCAPSULATED, 14))
"""Of function 43 only MEI type 14 reads; type 13 reaches into a CANopen network."""
_FIXED_SIZES: Final[Mapping[int, int]] = {1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 17: 1, 22: 7, _ENCAPSULATED: 4}
_BYTE_COUNTS: Final[Mapping[int, int]] = {15: 5, 16: 5, 23: 9}
"""Functions that carry values, and the place of their byte count; the number of values stands before it."""
_BITS: Final = frozenset((15,))


class Encodable(Protocol):
    """Whatever can say what it would put on the wire."""

    def encode(self) -> bytes:
        """Return the request's PDU."""


def guarded(unit: int, request: Encodable, writable: Container[int]) -> bytes:
    """Encode `request` once, and return its PDU if exactly that may be sent to `unit`.

    Args:
        unit: whom it is for.
        request: what to ask; it may be anybody's and may lie.
        writable: the units whose device entry allows writes.

    Raises:
        WriteForbidden: it does not only read, and `unit` is not writable.
        LocalProtocolError: the unit cannot be asked, or the bytes are not one whole request.
    """
    # A subclass could answer every comparison as it likes and be something else on the wire.
    if type(unit) is not int:
        raise LocalProtocolError(f"a {type(unit).__name__} is no unit; broadcast is never used")
    if not 1 <= unit <= HIGHEST_UNIT:
        raise LocalProtocolError(f"unit {unit} cannot be asked: addresses are 1 to 247, broadcast is never used")
    pdu = _encoded(request)
    if writes(pdu) and unit not in writable:
        raise WriteForbidden(
            f"function {pdu[0]:02X} to unit {unit}: this device does not allow writes; "
            "its entry needs `allow_writes: true`"
        )
    if len(pdu) != _exact_size(pdu):
        raise LocalProtocolError(f"function {pdu[0]:02X} to unit {unit}: {len(pdu)} bytes are not one such request")
    return pdu


def writes(pdu: bytes) -> bool:
    """Return whether a request may change anything: all but the functions that are known to read."""
    return pdu[0] not in _READS or _is_unknown(pdu)


def _encoded(request: Encodable) -> bytes:
    try:
        pdu: object = request.encode()
    except Exception as error:
        raise LocalProtocolError(f"a request cannot be encoded: {type(error).__name__}") from error
    if type(pdu) is not bytes or not 1 <= len(pdu) <= MAX_PDU:
        raise LocalProtocolError(f"a request is 1 to {MAX_PDU} bytes, and plain ones")
    return pdu


def _exact_size(pdu: bytes) -> int:
    """Return the size that a request with this beginning must have, 0 if it is none that is known."""
    place = _BYTE_COUNTS.get(pdu[0])
    if place is None:
        return 0 if _is_unknown(pdu) else _FIXED_SIZES.get(pdu[0], 0)
    values = int.from_bytes(pdu[place - 2 : place], "big")
    size = (values + 7) // 8 if pdu[0] in _BITS else 2 * values
    return place + 1 + size if list(pdu[place : place + 1]) == [size] else 0


def _is_unknown(pdu: bytes) -> bool:
    """Return whether it is function 43 with an MEI type that is not known to read."""
    return pdu[0] == _ENCAPSULATED and not pdu.startswith(_IDENTIFY)
