"""The reply of function 2B/0E: a head, and objects that each say their length.

Source: MODBUS Application Protocol Specification V1.1b3, section 6.21.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import pairwise
from typing import Final

from rtu_agent.protocol.guard import MAX_PDU

ENCAPSULATED: Final = 0x2B
IDENTIFICATION: Final = 0x0E
"""The MEI type."""
HEAD_SIZE: Final = 7
"""Function, MEI type, category, conformity, more follows, next object, number of objects."""
NO_MORE: Final = 0x00
MORE: Final = 0xFF

_CONFORMITIES: Final = frozenset((0x01, 0x02, 0x03, 0x81, 0x82, 0x83))


class Category(IntEnum):
    """Which objects are asked for. A device gives what it has, so fewer may come."""

    BASIC = 1
    """Vendor, product code and revision: objects 0x00 to 0x02."""
    REGULAR = 2
    """Also the objects 0x03 to 0x7F."""
    EXTENDED = 3
    """Also the vendor's own, 0x80 to 0xFF."""
    ONE = 4
    """The one object asked for."""


def identification_size(pdu: bytes) -> int:
    """Return how many bytes the reply of function 2B/0E has that begins with `pdu`; 0 if it begins none.

    Without its request: any category, any objects in ascending order. As long as the size is not known it is what is
    sure so far, always more than `pdu` has.
    """
    if not (bytes((ENCAPSULATED, IDENTIFICATION)).startswith(pdu[:2]) and _head_is_good(pdu[2:HEAD_SIZE])):
        return 0
    size = HEAD_SIZE
    left = pdu[HEAD_SIZE - 1] if len(pdu) >= HEAD_SIZE else 1
    ids = []
    for object_id, length in lengths_of(pdu):
        ids.append(object_id)
        size += 2 + length
        left -= 1
    ascends = all(earlier < later for earlier, later in pairwise(ids))
    return size + 2 * left if ascends and size + 2 * left <= MAX_PDU else 0


def objects_of(payload: bytes) -> dict[int, bytes]:
    """Return the objects in the payload of an accepted reply, by their ids."""
    pdu = bytes((ENCAPSULATED, IDENTIFICATION)) + payload
    found, at = {}, HEAD_SIZE
    for object_id, length in lengths_of(pdu):
        found[object_id] = pdu[at + 2 : at + 2 + length]
        at += 2 + length
    return found


def lengths_of(pdu: bytes) -> Iterator[tuple[int, int]]:
    """Yield id and length of every object whose id and length have come."""
    at = HEAD_SIZE
    for _ in range(pdu[HEAD_SIZE - 1] if len(pdu) >= HEAD_SIZE else 0):
        if at + 2 > len(pdu):
            return
        yield pdu[at], pdu[at + 1]
        at += 2 + pdu[at + 1]


def _head_is_good(head: bytes) -> bool:
    """Check category, conformity, more follows, next object and number of objects, as far as they have come."""
    allowed: tuple[frozenset[int], ...] = (
        frozenset(Category),
        _CONFORMITIES,
        frozenset((NO_MORE, MORE)),
        frozenset(range(1, 256)) if head[2:3] == bytes((MORE,)) else frozenset((0,)),
        frozenset(range(1, 256)),
    )
    return all(byte in values for byte, values in zip(head, allowed, strict=False))
