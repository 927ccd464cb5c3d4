"""One bus: its port is opened and kept open, and its transactions run one after the other.

The master decides everything that concerns the protocol; here bytes, deadlines and callers meet. A transaction belongs
to the bus and not to who asked for it: a caller that is cancelled leaves, and its transaction runs to its end.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from rtu_agent.bus.alarm import make_alarm
from rtu_agent.bus.outcomes import finished, port_lost
from rtu_agent.bus.port import Port
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.bus.supervision import renew, supervise
from rtu_agent.clock import Clock
from rtu_agent.events import Watcher
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request


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
        self._renewal: asyncio.Task[None] | None = None
        self.opened = asyncio.Event()
        """Set while the port is open."""
        self.refused: PortError | None = None
        """Why the port could not be opened when that failed last."""

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
            return port_lost(unit, request, self._clock.monotonic())
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self._queue.append(_Asked(unit, request, timeout_s, gap_s, answer))
        self._pump()
        return await answer

    # -- the port ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the port open until cancelled."""
        try:
            await supervise(self.name, self._port.name, self._open, self._wait_until_gone, self._watch)
        finally:
            self._port.close()
            self._lost("closed")
            self._drop()
            self._alarm.close()

    async def _open(self) -> PortFacts:
        try:
            return await self._port.open(self._heard, self._lost)
        except PortError as error:
            self.refused = error
            raise

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
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None
        now = self._clock.monotonic()
        self._master.connection_lost(now)
        self._tell()
        while self._queue:
            asked = self._queue.popleft()
            self._answer(asked, port_lost(asked.unit, asked.request, now))

    async def _renew(self) -> None:
        """Make a connection anew that may still hold a reply. Nobody else has spoken meanwhile, so nobody listens."""
        self._port.close()
        cause = await renew(self._open)
        if cause is not None:
            self._lost(cause)  # `_renewal` stays set, so that nothing is sent until all is dropped
            return
        self._renewal = None
        self._pump()

    # -- the line ------------------------------------------------------------------------------------------------------

    def _heard(self, data: bytes) -> None:
        now = self._clock.monotonic()
        self._master.receive_data(data, now)
        if self._master.needs_more:
            self._wait(now)
        else:
            self._pump()

    def _rang(self) -> None:
        # What has arrived counts before the clock does: it may be the reply, or a reason not to send yet.
        if data := self._port.read_pending():
            self._heard(data)
        else:
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
        self._wait(now)

    def _wait(self, now: float) -> None:
        """Sleep until a byte or the time can change something."""
        look, deadline = self._master.next_look(now), self._master.next_deadline()
        if look is None:
            self._port.resume()
        else:
            self._port.pause()
        self._alarm.set(look if deadline is None or (look is not None and look < deadline) else deadline)

    def _start_next(self) -> None:
        while self._queue and not self._master.busy and self._renewal is None:
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
        self._watch(finished(self.name, outcome, function))
        if self._port.keeps_replies and self._gone is not None and self.quarantined_until(outcome.unit) is not None:
            self._renewal = self._loop.create_task(self._renew())
        asked, self._running = self._running, None
        if asked is not None:
            self._answer(asked, outcome)

    def _answer(self, asked: _Asked, outcome: Outcome) -> None:
        if not asked.answer.done():
            asked.answer.set_result(outcome)
