"""The one request that is under way on a bus, and what has come of it so far."""

from dataclasses import dataclass

from rtu_agent.events import OutcomeKind
from rtu_agent.protocol.adu import EXCEPTION_SIZE, OVERHEAD
from rtu_agent.protocol.guard import MAX_PDU
from rtu_agent.protocol.lost import LostRequest
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.protocol.timing import LineSettings


@dataclass(slots=True)
class Transaction:
    """Times are seconds on the monotonic clock; counts are of bytes unless they say otherwise."""

    unit: int
    request: Request
    frame: bytes
    timeout_s: float
    queued_at: float
    sent_at: float | None = None
    asked_at: float = 0.0
    """When the last character of the request has left the wire."""
    deadline: float = 0.0
    received: int = 0
    noise: int = 0
    foreign: int = 0
    """Frames that do not answer the request."""
    echoes: int = 0
    broken: bool = False
    """The reply came, and its checksum is bad."""
    missing: int = 0
    """Bytes that must still come at least to complete the reply, which may have begun; 0 if it has not."""
    begun_at: float = 0.0
    """When the reply was seen to have begun."""
    begun: int = 0
    """How much had been received then."""
    to_come: int = 0
    """How many bytes must follow it at least."""
    judge_from: int = 0
    """How much must have been received for another judgement to find anything."""

    def send(self, now: float, line: LineSettings) -> None:
        """The first character leaves now."""
        self.sent_at = now
        self.asked_at = now + line.wire_s(len(self.frame))
        longest = min(self.request.longest_reply, MAX_PDU)
        self.deadline = self.asked_at + self.timeout_s + line.wire_s(OVERHEAD + longest)

    def expect(self, missing: int, now: float) -> None:
        """Take how many bytes are missing at least, now that all are judged that have been received."""
        if missing and not self.missing:
            self.begun_at, self.begun = now, self.received
        self.missing = missing
        self.to_come = self.received - self.begun + missing
        # With the next byte it shows whether it is an exception, the shortest of all; else all must be there first.
        self.judge_from = self.received + (missing if missing != EXCEPTION_SIZE - 1 else 1)

    @property
    def function(self) -> int:
        """The function code on the wire."""
        return self.frame[1]

    @property
    def settles(self) -> bool:
        """True when silence is enough to end it: what was to come has come, and is broken."""
        return self.broken and not self.missing

    def lost(self) -> LostRequest:
        """Return what must be remembered when it is given up."""
        return LostRequest(self.unit, self.request, self.frame, self.asked_at)

    def outcome(self, kind: OutcomeKind, now: float, free_at: float, line: LineSettings, reply: bytes) -> Outcome:
        """Return what came of it.

        Args:
            kind: how it ended.
            now: when.
            free_at: when the silence after it is over.
            line: the serial settings.
            reply: the whole frame that was accepted, or nothing.
        """
        pdu = reply[1:-2]
        return Outcome(
            unit=self.unit,
            request=self.request,
            kind=kind,
            sent_at=now if self.sent_at is None else self.sent_at,
            ended_at=now,
            free_at=free_at,
            sent_bytes=0 if self.sent_at is None else len(self.frame),
            received_bytes=self.received,
            payload=self.request.payload(pdu) if kind == "good" else b"",
            exception_code=pdu[1] if kind == "exception" else None,
            turnaround_s=max(0.0, now - self.asked_at - line.wire_s(len(reply))) if reply else None,
        )
