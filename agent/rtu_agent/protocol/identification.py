"""Requests by which a device says what it is: function 11 (report server id) and 2B/0E (read device identification).

The length of their replies is not fixed by the request: the frame says it by a byte count, or by the lengths of the
objects in it. What can be checked of a frame is checked as soon as it has come, so that bytes which only look like the
beginning of such a reply hold nobody up.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.13 (function 11) and 6.21 (function 2B/0E).
"""

from dataclasses import dataclass
from typing import Final

from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.guard import MAX_PDU
from rtu_agent.protocol.objects import (
    ENCAPSULATED,
    HEAD_SIZE,
    IDENTIFICATION,
    MORE,
    NO_MORE,
    Category,
    identification_size,
    lengths_of,
)

REPORT_SERVER_ID: Final = 0x11

_HIGHEST: Final = {Category.BASIC: 0x02, Category.REGULAR: 0x7F, Category.EXTENDED: 0xFF, Category.ONE: 0xFF}


@dataclass(frozen=True, slots=True)
class ReportServerId:
    """Function 11: what the device is, in its own form, and whether it runs."""

    @property
    def function(self) -> int:
        """Always 17."""
        return REPORT_SERVER_ID

    @property
    def longest_reply(self) -> int:
        """As much as a PDU can carry."""
        return MAX_PDU

    def encode(self) -> bytes:
        """Return the function, which is all there is."""
        return bytes((REPORT_SERVER_ID,))

    def reply_size(self, pdu: bytes) -> int:
        """Return what the byte count says, which is at least one, for the run indicator."""
        if not bytes((REPORT_SERVER_ID,)).startswith(pdu[:1]):
            return 0
        count = pdu[1] if len(pdu) > 1 else 1
        return 2 + count if 1 <= count <= MAX_PDU - 2 else 0

    def payload(self, pdu: bytes) -> bytes:
        """Return server id, run indicator and what else there is; where one ends is known to the vendor only."""
        return pdu[2:]


@dataclass(frozen=True, slots=True)
class ReadIdentification:
    """Function 2B/0E: the objects of a category, from `object_id` on, as many as one reply holds."""

    category: Category = Category.BASIC
    object_id: int = 0

    def __post_init__(self) -> None:
        highest = _HIGHEST[self.category]
        if not 0 <= self.object_id <= highest:
            raise LocalProtocolError(
                f"object {self.object_id} asked for; the category {self.category.name} has 0 to {highest}"
            )

    @property
    def function(self) -> int:
        """Always 43."""
        return ENCAPSULATED

    @property
    def longest_reply(self) -> int:
        """As much as a PDU can carry."""
        return MAX_PDU

    def encode(self) -> bytes:
        """Return function, MEI type, category, object."""
        return bytes((ENCAPSULATED, IDENTIFICATION, self.category, self.object_id))

    def reply_size(self, pdu: bytes) -> int:
        """Return what the lengths of the objects say, if they are objects of the category and begin where asked."""
        size = identification_size(pdu)
        return size if size and self._answered_by(pdu) else 0

    def _answered_by(self, pdu: bytes) -> bool:
        if pdu[2:3] and pdu[2] != self.category:
            return False
        ids = [object_id for object_id, _ in lengths_of(pdu)]
        if ids[:1] not in ([], [self.object_id]) or max(ids, default=0) > _HIGHEST[self.category]:
            return False
        if len(pdu) < HEAD_SIZE:
            return True
        more, following, count = pdu[4:HEAD_SIZE]
        if self.category is Category.ONE:
            return (more, count) == (NO_MORE, 1)
        return more == NO_MORE or max(ids, default=0) < following <= _HIGHEST[self.category]

    def payload(self, pdu: bytes) -> bytes:
        """Return category, conformity, more follows, next object, number of objects, and the objects."""
        return pdu[2:]

    def following(self, payload: bytes) -> "ReadIdentification | None":
        """Return what to ask for the objects that did not fit into this reply, or None when all have come."""
        return ReadIdentification(self.category, payload[3]) if payload[2] == MORE else None
