"""One bus: its port is opened and kept open, and its transactions run one after the other.

The master decides everything that concerns the protocol; here bytes, deadlines and callers meet. A transaction belongs
to the bus and not to who asked for it: a caller that is cancelled leaves, and its transaction runs to its end.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from rtu_agent.bus.alarm import make_alarm
from rtu_agent.bus.latency import latency_mend
from rtu_agent.bus.port import Port
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.clock import Clock
from rtu_agent.events import AdapterLatencyRead, PortLost, PortOpened, PortOpenFailed, TransactionFinished, Watcher
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Asked:
    unit: int
    request: Request
    timeout_s: float | None
    gap_s: float
    answer: asyncio.Future[Outcome]


class Bus:
    """One RS485 segment and its single master. Made and used inside a running event loop.

    Args:
        name: the name that events carry.
        master: decides what is sent when, and what answers it.
        port: how the bus is reached.
        watch: who is told what happens.
        clock: the monotonic clock of the event loop.
    """

    def __init__(self, name: str, master: Master, port: Port, watch: Watcher, clock: Clock) -> None:
        self.name = name
        self._master = master
        self._port = port
        self._watch = watch
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._alarm = make_alarm(self._loop, self._rang)
        self._queue: deque[_Asked] = deque()
        self._running: _Asked | None = None
        self._gone: asyncio.Future[str] | None = None
        self.opened = asyncio.Event()
        """Set while the port is open."""

    # -- asking --------------------------------------------------------------------------------------------------------

    def quarantined_until(self, unit: int) -> float | None:
        """Return until when `unit` must not be asked, on the monotonic clock, or None when it may be."""
        return self._master.quarantined_until(unit, self._clock.monotonic())

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Ask `unit` when its turn comes and return what came of it.

        Args:
            unit: whom to ask.
            request: what to ask.
            timeout_s: this unit's own response timeout.
            gap_s: silence this unit needs before it is asked.

        Raises:
            LocalProtocolError: this cannot be asked (see `Master.request`).
        """
        if self._gone is None:
            now = self._clock.monotonic()
            return Outcome(unit, request, "port_lost", sent_at=now, ended_at=now, free_at=now)
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self._queue.append(_Asked(unit, request, timeout_s, gap_s, answer))
        self._pump()
        return await answer

    # -- the port ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the port open until cancelled."""
        reopened = False
        try:
            while True:
                facts = await self._open()
                self._tell_opened(facts, reopened=reopened)
                reopened = True
                cause = await self._wait_until_gone()
                self._watch(PortLost(self.name, self._port.name, cause))
        finally:
            self._port.close()
            self._lost("closed")
            self._drop()
            self._alarm.close()

    async def _open(self) -> PortFacts:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await self._port.open(self._heard, self._lost)
            except PortError as error:
                self._watch(PortOpenFailed(self.name, self._port.name, str(error), pause_s))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _tell_opened(self, facts: PortFacts, *, reopened: bool) -> None:
        self._watch(PortOpened(self.name, self._port.name, reopened, facts.found_at))
        if facts.latency_s is not None:
            mend = latency_mend(facts.found_at or self._port.name, facts.latency_s)
            self._watch(AdapterLatencyRead(self.name, self._port.name, facts.latency_s, mend))

    async def _wait_until_gone(self) -> str:
        self._gone = self._loop.create_future()
        self._master.connection_made(self._clock.monotonic())
        self.opened.set()
        try:
            return await self._gone
        finally:
            self._drop()

    def _lost(self, cause: str) -> None:
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(cause)

    def _drop(self) -> None:
        """End whatever is under way or waits; it cannot be sent any more."""
        self.opened.clear()
        self._gone = None
        now = self._clock.monotonic()
        self._master.connection_lost(now)
        self._tell()
        while self._queue:
            asked = self._queue.popleft()
            self._answer(asked, Outcome(asked.unit, asked.request, "port_lost", sent_at=now, ended_at=now, free_at=now))

    # -- the line ------------------------------------------------------------------------------------------------------

    def _heard(self, data: bytes) -> None:
        self._master.receive_data(data, self._clock.monotonic())
        self._pump()

    def _rang(self) -> None:
        # What has arrived counts before the clock does: it may be the reply, or a reason not to send yet.
        if data := self._port.read_pending():
            self._master.receive_data(data, self._clock.monotonic())
        self._pump()

    def _pump(self) -> None:
        """Let the master do all it can do now."""
        if self._gone is None:
            return
        self._tell()
        self._start_next()
        now = self._clock.monotonic()
        self._master.handle_timeout(now)
        if data := self._master.data_to_send(now):
            self._port.write(data)
        if self._tell():
            self._start_next()
        self._alarm.set(self._master.next_deadline())

    def _start_next(self) -> None:
        while self._queue and not self._master.busy:
            asked = self._queue.popleft()
            if asked.answer.done():
                continue
            try:
                self._master.request(
                    asked.unit, asked.request, self._clock.monotonic(), timeout_s=asked.timeout_s, gap_s=asked.gap_s
                )
            except LocalProtocolError as error:
                asked.answer.set_exception(error)
            else:
                self._running = asked

    def _tell(self) -> bool:
        """Hand out what has happened; return whether a transaction has ended."""
        ended = False
        for event in self._master.events():
            if isinstance(event, Completed):
                ended = True
                self._completed(event.outcome, event.function)
            else:
                self._watch(event)
        return ended

    def _completed(self, outcome: Outcome, function: int) -> None:
        self._watch(
            TransactionFinished(
                bus=self.name,
                unit=outcome.unit,
                function=function,
                outcome=outcome.kind,
                duration_s=outcome.ended_at - outcome.sent_at,
                sent_bytes=outcome.sent_bytes,
                received_bytes=outcome.received_bytes,
                exception_code=outcome.exception_code,
                silence_s=max(0.0, outcome.free_at - outcome.ended_at),
            )
        )
        asked, self._running = self._running, None
        if asked is not None:
            self._answer(asked, outcome)

    def _answer(self, asked: _Asked, outcome: Outcome) -> None:
        if not asked.answer.done():
            asked.answer.set_result(outcome)
