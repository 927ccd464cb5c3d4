"""One half-duplex wire between a master and the slaves: bytes and the time go in, bytes, frames and deadlines come out.

Theory of operation. A character takes `bits / baudrate` seconds, so what a program writes in one instant occupies the
wire for as long as all its characters take:

    master   [request]                               [request]
    slaves                             [reply.......]
    wire     ========= t3.5 turnaround ==============.........

* What the master writes is on the wire from its arrival, behind what it wrote before. A silence of t3.5 ends a request.
  Only then do the slaves hear it, whole, as a slave frames it that keeps to the standard.
* A reply starts when the turnaround after that silence is over, however quickly it was computed; if it was written
  later than that, it starts when it was written. It reaches the master character by character, each when its last bit
  has passed; the master's adapter hands over what has arrived at most every `handover_s`, but the end of a reply at
  once.
* When both sides talk at once, each character of the reply that met another one arrives inverted, and the request is
  broken: no slave hears it. Nothing else is forbidden. A master that leaves no silence before a request is answered;
  the trace shows what it did.

Times are planned from times that were planned before, not from the time of a call, so a caller that comes late does not
make the wire slower. Whoever adds faults finds both ways here: every request passes through `_end_request`, and every
character of a reply lies in `_replies` before it is handed over.

Source: MODBUS over Serial Line Specification V1.02, section 2.5.1.1 (characters, frames, t3.5).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from rtu_agent.protocol.timing import LineSettings

TURNAROUND_S: Final = 0.002
HANDOVER_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Transmission:
    """What one side had on the wire in one go.

    Attributes:
        sender: who talked.
        data: the characters as they were sent.
        start_s: when the first bit began, on the caller's clock.
        end_s: when the last bit had passed.
        received_s: when the other side was given the last of it; it is later than planned if the caller was.
        collided: the other side talked too, so nobody received `data` as it is.
    """

    sender: Literal["master", "slave"]
    data: bytes
    start_s: float
    end_s: float
    received_s: float
    collided: bool


Trace = Callable[[Transmission], None]
"""Is told every transmission once it is over: a request after t3.5 of silence, a reply with its last character."""


@dataclass(slots=True)
class _Request:
    data: bytearray
    talks: list[tuple[float, float]]
    """From when to when the master talks; there may be short pauses between."""
    collided: bool = False

    @property
    def start_s(self) -> float:
        return self.talks[0][0]

    @property
    def end_s(self) -> float:
        return self.talks[-1][1]


@dataclass(slots=True)
class _Reply:
    start_s: float
    sent: bytearray
    received: bytearray
    handed_over: int = 0


class Wire:
    """The wire of one bus. `now` is in seconds of any clock that never goes back.

    Args:
        line: baud rate and length of a character.
        turnaround_s: how long a slave thinks after the silence that ends a request.
        handover_s: how often the master's adapter hands over at most; 0 is character by character.
        trace: who is told what passed.
    """

    def __init__(
        self,
        line: LineSettings,
        *,
        turnaround_s: float = TURNAROUND_S,
        handover_s: float = HANDOVER_S,
        trace: Trace | None = None,
    ) -> None:
        self._line = line
        self._turnaround_s = turnaround_s
        self._handover_s = handover_s
        self._trace = trace
        self._request: _Request | None = None
        self._heard: list[bytes] = []
        self._reply_not_before_s = float("-inf")
        self._replies: deque[_Reply] = deque()
        self._handed_over_s = float("-inf")

    def write_master(self, data: bytes, now: float) -> None:
        """Put on the wire what the master has written."""
        self._end_request(now)
        start_s = max(now, self._request.end_s) if self._request else now
        talk = start_s, start_s + self._line.wire_s(len(data))
        if self._request is None:
            self._request = _Request(bytearray(), [])
        self._request.data += data
        self._request.talks.append(talk)
        for reply in self._replies:
            self._request.collided |= self._collide(reply, reply.handed_over, *talk)

    def write_slaves(self, data: bytes, now: float) -> None:
        """Put on the wire what a slave has written."""
        self._end_request(now)
        start_s = max(now, self._reply_not_before_s)
        if not self._replies or self._end_s(self._replies[-1]) <= start_s:
            self._replies.append(_Reply(start_s, bytearray(), bytearray()))
        reply = self._replies[-1]
        first = len(reply.sent)
        reply.sent += data
        reply.received += data
        if self._request:
            for talk in self._request.talks:
                self._request.collided |= self._collide(reply, first, *talk)

    def read_slaves(self, now: float) -> list[bytes]:
        """Return the requests that the slaves have heard since the last call, one frame each."""
        self._end_request(now)
        heard, self._heard = self._heard, []
        return heard

    def read_master(self, now: float) -> bytes:
        """Return the characters that have reached the master since the last call."""
        self._end_request(now)
        arrived = bytearray()
        while self._replies:
            reply = self._replies[0]
            arrived += self._hand_over(reply, now)
            if reply.handed_over < len(reply.sent):
                break
            self._replies.popleft()
            collided = reply.sent != reply.received
            self._tell(Transmission("slave", bytes(reply.sent), reply.start_s, self._end_s(reply), now, collided))
        if arrived:
            self._handed_over_s = now
        return bytes(arrived)

    def next_deadline(self) -> float | None:
        """Return when `read_slaves` or `read_master` will have something, None if nobody is talking."""
        deadlines = []
        if self._request is not None:
            deadlines.append(self._request.end_s + self._line.t35_s)
        if self._replies:
            reply = self._replies[0]
            next_s = max(self._arrival_s(reply, reply.handed_over), self._handed_over_s + self._handover_s)
            deadlines.append(min(next_s, self._end_s(reply)))
        return min(deadlines, default=None)

    def _end_request(self, now: float) -> None:
        request = self._request
        if request is None or now < request.end_s + self._line.t35_s:
            return
        self._request = None
        data = bytes(request.data)
        if not request.collided:
            self._heard.append(data)
            self._reply_not_before_s = request.end_s + self._line.t35_s + self._turnaround_s
        self._tell(Transmission("master", data, request.start_s, request.end_s, now, request.collided))

    def _arrival_s(self, reply: _Reply, index: int) -> float:
        """Return when the last bit of the character at `index` has passed."""
        return reply.start_s + self._line.wire_s(index + 1)

    def _end_s(self, reply: _Reply) -> float:
        return self._arrival_s(reply, len(reply.sent) - 1)

    def _hand_over(self, reply: _Reply, now: float) -> bytes:
        first = reply.handed_over
        while reply.handed_over < len(reply.sent) and self._arrival_s(reply, reply.handed_over) <= now:
            reply.handed_over += 1
        return bytes(reply.received[first : reply.handed_over])

    def _collide(self, reply: _Reply, first: int, start_s: float, end_s: float) -> bool:
        """Invert the characters of `reply`, from `first` on, that meet the master's talk; return whether any does."""
        met = [
            index
            for index in range(first, len(reply.sent))
            if self._arrival_s(reply, index) > start_s and self._arrival_s(reply, index - 1) < end_s
        ]
        for index in met:
            reply.received[index] = reply.sent[index] ^ 0xFF
        return bool(met)

    def _tell(self, transmission: Transmission) -> None:
        if self._trace is not None:
            self._trace(transmission)
