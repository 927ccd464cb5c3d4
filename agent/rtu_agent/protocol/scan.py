"""Finds frames in what a line delivered, at any offset, and says whose they are.

The buffer is read from the left. Where a whole frame with a good checksum begins, its bytes are taken and the scan goes
on behind it, so that nothing inside one frame is ever mistaken for another. A place where a reply that may come has
begun but is not complete yet stops the scan: neither its inside nor its beginning may be taken for something else. (One
reply in 256 ends with a zero byte, and without that byte it is a frame with a good checksum, too.) All other bytes are
noise. The result depends on the bytes alone, not on how they were cut into chunks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rtu_agent.protocol.adu import EXCEPTION_SIZE, MAX_SIZE, OVERHEAD, frame_at
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.guard import MAX_PDU
from rtu_agent.protocol.pdu import EXCEPTION_BIT, Request

ECHO_DAMAGE: Final = 2
"""So many bytes of an echo may be damaged. The damaged reply to a read differs from its request in more of them."""


class Sent(Protocol):
    """A request as it went on the wire."""

    @property
    def unit(self) -> int:
        """Who was asked."""

    @property
    def request(self) -> Request:
        """What was asked."""

    @property
    def frame(self) -> bytes:
        """The bytes that were sent."""


@dataclass(slots=True)
class Scan:
    """What a buffer holds."""

    replies: list[tuple[int, bytes]] = field(default_factory=list)
    """Offset and bytes of every whole frame that answers the awaited request, exceptions included."""
    late: list[tuple[Sent, int]] = field(default_factory=list)
    """A request that was given up, and the offset behind the frame that answers it."""
    foreign: list[tuple[int, int]] = field(default_factory=list)
    """Unit and function of every other whole frame."""
    echoes: int = 0
    settled: int = 0
    """Offset behind the last whole frame, or behind noise from which no frame can grow any more.

    What lies before it needs no second look.
    """
    settled_noise: int = 0
    """Bytes before `settled` that belong to no frame."""
    noise: int = 0
    """All bytes that belong to no frame."""
    broken: bool = False
    """The awaited reply began, was long enough, and had a bad checksum."""
    missing: int = 0
    """Bytes that must still come at least before the awaited reply, which may have begun, can be told; else 0."""

    @property
    def pending(self) -> bool:
        """True when the awaited reply may have begun and is not complete."""
        return self.missing > 0


def scan(buffer: bytes, awaited: Sent | None, lost: Sequence[Sent], *, echo_expected: bool, final: bool) -> Scan:
    """Return what `buffer` holds.

    Args:
        buffer: everything received since the request was sent, or since the line was last silent.
        awaited: the request that is under way.
        lost: requests that were given up and may still be answered, oldest first.
        echo_expected: the adapter may still send back the request.
        final: nothing more will come, so that an incomplete reply is noise.
    """
    found = Scan()
    waiting = list(lost)
    debtors = {sent.unit for sent in lost}
    at = 0
    while at < len(buffer):
        size = _awaited_at(buffer, at, awaited, found, echo_expected=echo_expected) if awaited else 0
        if not size and not final:
            found.missing = max(0, _missing(buffer, at, awaited)) if awaited else 0
            if found.pending:
                break
            if buffer[at] in debtors and any(_missing(buffer, at, sent) > 0 for sent in waiting):
                break
        if not size and buffer[at] in debtors:
            size = _late_at(buffer, at, waiting, found)
        size = size or _foreign_at(buffer, at, found, final=final)
        if size:
            at += size
            found.settled, found.settled_noise = at, found.noise
        else:
            found.broken = found.broken or (awaited is not None and _began_reply(buffer, at, awaited))
            found.noise += 1
            at += 1
            if at + MAX_SIZE <= len(buffer):
                found.settled, found.settled_noise = at, found.noise
    return found


def growing(buffer: bytes, awaited: Sent) -> int:
    """Return how many bytes are missing to a reply that begins the buffer, or 0 where `scan` must look closer.

    It is what `scan` finds in such a buffer, which most looks find.
    """
    is_closed = not buffer or buffer.startswith(awaited.frame)
    return 0 if is_closed else max(0, _missing(buffer, 0, awaited))


def _awaited_at(buffer: bytes, at: int, awaited: Sent, found: Scan, *, echo_expected: bool) -> int:
    """Take the echo or the reply that is whole at `at`; return its size or 0."""
    # One echo comes at most, and before the reply, which looks the same where a write is answered.
    if echo_expected and not found.echoes and buffer.startswith(awaited.frame, at):
        found.echoes += 1
        return len(awaited.frame)
    if size := reply_at(buffer, at, awaited):
        found.replies.append((at, buffer[at : at + size]))
    return size


def _late_at(buffer: bytes, at: int, waiting: list[Sent], found: Scan) -> int:
    """Take the reply to a request that was given up, if it is whole at `at`; return its size or 0."""
    for sent in waiting:
        if size := reply_at(buffer, at, sent):
            waiting.remove(sent)
            found.late.append((sent, at + size))
            return size
    return 0


def _foreign_at(buffer: bytes, at: int, found: Scan, *, final: bool) -> int:
    """Take any other frame that is whole at `at`; return its size or 0."""
    if size := frame_at(buffer, at, final=final):
        found.foreign.append((buffer[at], buffer[at + 1]))
    return size


def reply_at(buffer: bytes, at: int, sent: Sent) -> int:
    """Return the size of the whole frame at `at` that answers `sent`, or 0."""
    size = _reply_size(buffer, at, sent)
    is_whole = size and at + size <= len(buffer) and crc_is_good(buffer[at : at + size])
    return size if is_whole else 0


def _missing(buffer: bytes, at: int, sent: Sent) -> int:
    """Return how many more bytes it takes to tell whether a reply to `sent` begins at `at`; 0 or less: none."""
    return at + _reply_size(buffer, at, sent) - len(buffer)


def _began_reply(buffer: bytes, at: int, sent: Sent) -> bool:
    """A reply to `sent` began at `at` and came in full length; whoever asks knows that its checksum is bad."""
    is_long_enough = 0 < _reply_size(buffer, at, sent) <= len(buffer) - at
    return is_long_enough and not _may_be_echo(buffer, at, sent)


def _may_be_echo(buffer: bytes, at: int, sent: Sent) -> bool:
    """What stands at `at` is the request itself with a few bytes damaged; then the reply is still to come."""
    return sum(heard != said for heard, said in zip(buffer[at:], sent.frame, strict=False)) <= ECHO_DAMAGE


def _reply_size(buffer: bytes, at: int, sent: Sent) -> int:
    """Return the size of the frame that answers `sent` and begins at `at`, as far as it can be told, or 0.

    The function is the one that was on the wire.
    """
    if buffer[at] != sent.unit:
        return 0
    pdu = buffer[at + 1 : at + 1 + MAX_PDU]
    # As long as only the unit is there, no more is sure than that an exception, the shortest of all, would fit.
    if not pdu or pdu[0] == sent.frame[1] | EXCEPTION_BIT:
        return EXCEPTION_SIZE
    size = sent.request.reply_size(pdu)
    return OVERHEAD + size if size else 0
