"""The master of one bus: what may be sent when, and which bytes answer it.

Theory of operation
-------------------
Modbus RTU has no transaction number. A reply names its unit and function and nothing else, so a reply that comes late
is a perfect answer to the wrong question, with a good checksum. Everything here follows from that:

* One request is under way at a time, and it ends in exactly one `Outcome`. The master never asks twice by itself.
* A reply counts only if unit, function, byte count or echoed fields, and checksum are right, if there is exactly one
  such frame, and if it is not complete earlier than the wire can have carried request and reply.
* Length closes a frame. Silence never does: USB adapters and schedulers blur it. Silence only tells when the line may
  be used again, and when a reply that began will not be completed.
* After a reply that did not come, the unit may still be about to answer. It is quarantined (see `lost`), and the
  others go on.
* After a reply that came with a bad checksum nothing is owed, so it may be asked again at once. That takes proof that
  it was the reply: its unit, function and byte count. Mere noise proves nothing, and the unit is quarantined.

The caller drives it: `request`, then `data_to_send` when `next_deadline` has passed, `receive_data` for whatever
arrives, `handle_timeout` when a deadline has passed, and `events` after each. Bytes are judged in `events`, so a caller
that has more bytes at hand feeds them all first.

A caller need not wake up for every byte. `next_look` says until when it may leave bytes where they are: as soon as a
reply has begun, the wire says how long the rest of it takes at least, and nothing before can end the transaction. What
is read at such a look counts as arrived then. That is never before it has arrived, so no silence becomes too short; and
the look comes before the last byte can have, so none becomes longer, unless the adapter delivered the beginning late,
and then by no more than it was late; or unless the unit's clock is more than 2 % fast, and then by what is more.

Whoever edits this file: no rule here may depend on how bytes are cut into chunks, and no path may lead from
`request` to anything but one `Completed`. The property tests hold both.

Source: MODBUS over Serial Line Specification V1.02, sections 2.4 (master states) and 2.5.1 (framing).
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from rtu_agent.events import (
    EchoDetected,
    Event,
    ForeignFrameDiscarded,
    LateReplyDiscarded,
    NoiseDiscarded,
    OutcomeKind,
)
from rtu_agent.protocol.adu import MAX_SIZE, MIN_SIZE, frame
from rtu_agent.protocol.deafness import Deafness
from rtu_agent.protocol.errors import EchoUnknown, MasterBusy, UnitQuarantined
from rtu_agent.protocol.guard import guarded, writes
from rtu_agent.protocol.lost import LostRequest, LostRequests
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import EXCEPTION_BIT, Request
from rtu_agent.protocol.scan import Scan, growing, reply_at, scan
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.protocol.transaction import Transaction

ADAPTER_PAUSE_S: Final = 0.020
"""The longest pause a USB adapter may put into one frame: FTDI's default latency timer is 16 ms."""
CLOCK_TOLERANCE: Final = 0.95
"""A device's bit clock may be a little fast; a stale reply is early by whole frames."""
LOOK_TOLERANCE: Final = 0.98
"""UARTs understand each other while their clocks differ by less than 2 to 3 %. Faster, and the silence gets longer."""
BUFFER_LIMIT: Final = 4 * MAX_SIZE


@dataclass(frozen=True, slots=True)
class Completed:
    """The transaction that was under way has ended."""

    outcome: Outcome
    function: int
    """The function code that was on the wire."""


class Master:
    """The state machine of one bus. All times are seconds on one monotonic clock.

    Args:
        bus: the name that events carry.
        line: serial settings; they give the times of characters and silences.
        timeout_s: how long a unit may think before its reply begins.
        paced: the line really takes the time that `line` says. False for a pseudo terminal or a memory pipe, where a
            reply may be complete at once, so that its earliest time proves nothing.
        late_window_s: shortest quarantine; default twice the timeout, at least one second.
        writable: units to which writes are allowed.
    """

    def __init__(
        self,
        bus: str,
        line: LineSettings,
        *,
        timeout_s: float = 0.5,
        paced: bool = True,
        late_window_s: float | None = None,
        writable: Container[int] = (),
    ) -> None:
        self.line = line
        self._bus = bus
        self._timeout_s = timeout_s
        self._paced = paced
        self._writable = writable
        self._lost = LostRequests(max(1.0, 2 * timeout_s) if late_window_s is None else late_window_s)
        self._deafness = Deafness()
        self._settle_s = max(ADAPTER_PAUSE_S, 2 * line.t35_s)
        self._running: Transaction | None = None
        self._buffer = bytearray()
        self._judged = True
        self._received_at = float("-inf")
        self._last_activity = float("-inf")
        self._not_before = float("-inf")
        self._echo: bool | None = None
        self._events: list[Event | Completed] = []

    @property
    def busy(self) -> bool:
        """True while a transaction is under way."""
        return self._running is not None

    @property
    def needs_more(self) -> bool:
        """True while what has been received can change nothing before more comes or a deadline passes."""
        running = self._running
        return running is not None and running.sent_at is not None and running.received < running.judge_from

    def quarantined_until(self, unit: int, now: float) -> float | None:
        """Return until when `unit` may still answer an earlier request and must not be asked, or None."""
        return self._lost.quarantined_until(unit, now)

    def request(
        self, unit: int, request: Request, now: float, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> None:
        """Take the next request; `data_to_send` hands out its frame as soon as the line has been silent long enough.

        Args:
            unit: 1 to 247, or 248 to 255 for devices that use the reserved addresses. 0, broadcast, is refused.
            request: what to ask.
            now: the time.
            timeout_s: this unit's own response timeout; the bus's by default.
            gap_s: silence this unit needs before it is asked, where it is longer than t3.5.

        Raises:
            MasterBusy: another transaction is under way.
            UnitQuarantined: the unit may still answer an earlier request.
            WriteForbidden: a write to a unit that is not writable.
            LocalProtocolError: the unit is out of range, the request is not one whole request, or it is a write before
                a read has shown whether the adapter echoes.
        """
        pdu = self._admitted(unit, request, now)
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        self._running = Transaction(unit, request, frame(unit, pdu), timeout_s, queued_at=now)
        silence_s = max(self.line.t35_s, gap_s, self._deafness.silence_before(unit, now))
        self._not_before = max(self._not_before, self._last_activity + silence_s)

    def _admitted(self, unit: int, request: Request, now: float) -> bytes:
        """Return the PDU to send; `guard` says why it is made once and judged by its bytes."""
        if self._running is not None:
            raise MasterBusy(f"bus {self._bus}: unit {self._running.unit} has not answered yet")
        pdu = guarded(unit, request, self._writable)
        if (until := self.quarantined_until(unit, now)) is not None:
            raise UnitQuarantined(f"unit {unit} may still answer an earlier request for {until - now:.3f} s")
        if writes(pdu) and self._echo is None:
            raise EchoUnknown("a write needs a clean read before it, which tells whether the adapter echoes")
        return pdu

    def data_to_send(self, now: float) -> bytes:
        """Return the frame to put on the wire now, or nothing. The frame counts as sent from this call on."""
        running = self._running
        if running is None or running.sent_at is not None or now < self._send_at:
            return b""
        self._discard_strays(now)
        self._deafness.asked(now - self._last_activity)
        running.send(now, self.line)
        return running.frame

    @property
    def _send_at(self) -> float:
        return max(self._not_before, self._last_activity + self.line.t35_s)

    def receive_data(self, data: bytes, now: float) -> None:
        """Take bytes that arrived at `now`, in chunks of any size."""
        self._buffer += data
        self._received_at = now
        self._last_activity = max(self._last_activity, now)
        self._judged = False
        if self._running is not None and self._running.sent_at is not None:
            self._running.received += len(data)

    def connection_made(self, now: float) -> None:
        """Start anew on a port that was just opened: a device may still be answering somebody else's request."""
        self._buffer.clear()
        self._judged = True
        self._echo = None
        self._last_activity = now
        self._not_before = now + self._timeout_s

    def connection_lost(self, now: float) -> None:
        """End the transaction that is under way; its reply will never come through here."""
        if self._running is not None:
            self._finish("port_lost", now, owed=self._running.sent_at is not None)
        self._buffer.clear()
        self._judged = True

    def next_deadline(self) -> float | None:
        """Return when to call `data_to_send` and `handle_timeout` next; None while only bytes can change anything."""
        running = self._running
        if running is None:
            return self._last_activity + self._settle_s if self._buffer else None
        if running.sent_at is None:
            return min(self._send_at, self._patience_ends(running))
        return min(running.deadline, self._settled_at(running))

    def next_look(self, now: float) -> float | None:
        """Return until when bytes may wait unread, because none that comes before can change anything.

        None while every byte is wanted when it comes. A deadline may be earlier. Ask after `events`.
        """
        running = self._running
        if not self._paced or running is None or running.sent_at is None:
            return None
        if self._buffer:
            # The first byte to come may be due at once, and the last one is wanted when it comes. A frame that came
            # too early is not read in time for that: its beginning, which is read at once, came too early as well.
            soonest_s = LOOK_TOLERANCE * self.line.wire_s(running.to_come - 1)
            look = running.begun_at + soonest_s if running.missing else now
        else:
            look = running.asked_at if self._echo else now
        return look if look > now else None

    def _patience_ends(self, running: Transaction) -> float:
        """A line that is never silent must not keep a request for ever."""
        return max(running.queued_at, self._not_before) + max(self._timeout_s, 2 * self._settle_s)

    def _settled_at(self, running: Transaction) -> float:
        return self._last_activity + self._settle_s if running.settles else float("inf")

    def handle_timeout(self, now: float) -> None:
        """Do what the time `now` calls for; harmless when nothing is due."""
        running = self._running
        if running is None:
            if self._buffer and now >= self._last_activity + self._settle_s:
                self._discard_strays(now)
        elif running.sent_at is None:
            if now >= self._patience_ends(running) and now < self._send_at:
                self._discard_strays(now)
                self._finish("line_busy", now, owed=False)
        elif now >= min(running.deadline, self._settled_at(running)):
            self._give_up(running, now)

    def events(self) -> list[Event | Completed]:
        """Judge the bytes received so far and return all that has happened since the last call."""
        if not self._judged:
            self._judged = True
            self._judge(self._received_at)
        happened, self._events = self._events, []
        return happened

    def _judge(self, now: float) -> None:
        running = self._running
        if running is None or running.sent_at is None:
            if len(self._buffer) > BUFFER_LIMIT:
                self._discard_strays(now)
            return
        if self.needs_more:
            return
        if missing := growing(bytes(self._buffer), running):
            running.expect(missing, now)
            return
        found = self._scan(running, now, final=False)
        self._note(found, now)
        running.broken |= found.broken
        running.expect(found.missing, now)
        if found.replies:
            self._accept(running, found, now)
        else:
            self._cut(running, found)

    def _scan(self, running: Transaction | None, now: float, *, final: bool) -> Scan:
        # The reply to a read never begins with its request, whatever was learnt about the adapter: a frame with a good
        # checksum keeps it when zeros follow, so an echo on a line that sticks at zero may look like a reply.
        echo_expected = (
            running is not None and not running.echoes and (self._echo is not False or not writes(running.frame[1:-2]))
        )
        lost = list(self._lost.owed(now))
        return scan(bytes(self._buffer), running, lost, echo_expected=echo_expected, final=final)

    def _note(self, found: Scan, now: float) -> None:
        """Say what came that was not asked for."""
        for sent, _ in found.late:
            if isinstance(sent, LostRequest):
                late_s = self._lost.came_late(sent, now)
                self._events.append(LateReplyDiscarded(self._bus, sent.unit, late_s))
        for unit, function in found.foreign:
            self._events.append(ForeignFrameDiscarded(self._bus, unit, function))

    def _cut(self, running: Transaction, found: Scan) -> None:
        """Drop what has been judged, and the oldest of an endless stream."""
        running.foreign += len(found.foreign)
        running.echoes += found.echoes
        running.noise += found.settled_noise
        surplus = len(self._buffer) - found.settled - BUFFER_LIMIT
        running.noise += max(0, surplus)
        del self._buffer[: found.settled + max(0, surplus)]

    def _accept(self, running: Transaction, found: Scan, now: float) -> None:
        if len(found.replies) > 1:
            self._end(running, found, "ambiguous", now, owed=True)
            return
        [(_, reply)] = found.replies
        if self._is_early(running, len(reply), now):
            self._note_early(running, reply, now)
            self._cut(running, found)
            return
        self._lost.answered(running.unit, max(0.0, now - running.asked_at))
        self._learn_echo(running, found)
        self._end(running, found, "exception" if reply[1] & EXCEPTION_BIT else "good", now, owed=False, reply=reply)

    def _note_early(self, running: Transaction, reply: bytes, now: float) -> None:
        """A frame that the wire cannot have carried yet answers something older."""
        for lost in self._lost.owed(now):
            if reply_at(reply, 0, lost):
                self._events.append(LateReplyDiscarded(self._bus, lost.unit, self._lost.came_late(lost, now)))
                return
        self._events.append(ForeignFrameDiscarded(self._bus, reply[0], reply[1]))
        running.foreign += 1

    def _is_early(self, running: Transaction, size: int, now: float) -> bool:
        if not self._paced or running.sent_at is None:
            return False
        # What is read late, as at a look, seems to be in time; but not if its beginning, read at once, was early too.
        alone = running.begun > 0 and running.received == size
        seen = [(now, size), (running.begun_at, running.begun)] if alone else [(now, size)]
        sent_at, sent = running.sent_at, len(running.frame)
        return any(at - sent_at < CLOCK_TOLERANCE * self.line.wire_s(sent + come) for at, come in seen)

    def _learn_echo(self, running: Transaction, found: Scan) -> None:
        """A reply without an echo tells that there is none, unless noise came with it, which may be an echo's rest.

        What has echoed may echo again. So a write's own echo is never taken for its confirmation.
        """
        if running.echoes + found.echoes:
            if not self._echo:
                self._events.append(EchoDetected(self._bus))
            self._echo = True
        elif self._echo is None and not running.noise + found.noise:
            self._echo = False

    def _give_up(self, running: Transaction, now: float) -> None:
        """End a transaction whose time is over, with whatever has come."""
        found = self._scan(running, now, final=True)
        self._note(found, now)
        if found.replies:
            self._accept(running, found, now)
            if self._running is None:
                return
            found = Scan()
        noise = running.noise + found.noise
        if running.broken or found.broken:
            self._end(running, found, "damaged", now, owed=False)
        elif running.foreign + len(found.foreign):
            self._end(running, found, "foreign", now, owed=True)
        else:
            self._end(running, found, "damaged" if noise >= MIN_SIZE else "no_reply", now, owed=True)

    def _end(
        self, running: Transaction, found: Scan, kind: OutcomeKind, now: float, *, owed: bool, reply: bytes = b""
    ) -> None:
        self._say_noise(running.noise + found.noise)
        self._buffer.clear()
        self._finish(kind, now, owed=owed, reply=reply)

    def _finish(self, kind: OutcomeKind, now: float, *, owed: bool, reply: bytes = b"") -> None:
        running = self._running
        assert running is not None  # noqa: S101 - only called with a transaction under way
        if running.sent_at is not None and kind != "port_lost":
            self._deafness.heard(running.unit, now, answered=not owed)
        if owed:
            self._lost.add(running.lost(), now)
            self._not_before = max(self._not_before, now + 2 * self.line.t35_s)
        self._last_activity = max(self._last_activity, running.asked_at)
        free_at = max(self._send_at, now + self._deafness.silence_after(running.unit) if owed else now)
        outcome = running.outcome(kind, now, free_at, self.line, reply)
        self._events.append(Completed(outcome, running.function))
        self._running = None

    def _discard_strays(self, now: float) -> None:
        """Judge what came while nothing was asked, and throw it away."""
        if not self._buffer:
            return
        found = self._scan(None, now, final=True)
        self._note(found, self._received_at)
        self._say_noise(found.noise)
        self._buffer.clear()
        self._judged = True

    def _say_noise(self, count: int) -> None:
        if count:
            self._events.append(NoiseDiscarded(self._bus, count))
