"""What came of one transaction."""

from dataclasses import dataclass

from rtu_agent.events import OutcomeKind
from rtu_agent.protocol.pdu import EXCEPTIONS, Request

IN_WORDS = {
    "good": "answered",
    "no_reply": "nobody answered",
    "damaged": "the reply was damaged on the wire",
    "foreign": "a frame came that does not answer the request",
    "ambiguous": "two replies came where one was asked for",
    "line_busy": "the line was never silent long enough to ask",
    "port_lost": "the port was lost",
    "driver_failed": "the driver could not make values of the reply",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request and what came of it. Times are seconds on the monotonic clock."""

    unit: int
    request: Request
    kind: OutcomeKind
    sent_at: float
    """When the first character of the request left, or when the transaction was given up without sending."""
    ended_at: float
    free_at: float
    """When the silence that must follow is over, for whoever on the bus needs the longest."""
    sent_bytes: int = 0
    received_bytes: int = 0
    payload: bytes = b""
    """The data bytes of a good reply, as on the wire."""
    exception_code: int | None = None
    turnaround_s: float | None = None
    """From the last character of the request to the first of the reply, as the wire allows to tell."""

    @property
    def good(self) -> bool:
        """True when the payload answers the request."""
        return self.kind == "good"

    def __str__(self) -> str:
        if self.exception_code is not None:
            return f"exception {self.exception_code:02X}: {EXCEPTIONS.get(self.exception_code, 'unknown')}"
        return IN_WORDS[self.kind]
