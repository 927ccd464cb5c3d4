"""Modbus TCP: the same to whoever asks as `Bus`, on pymodbus's client.

Theory of operation
-------------------
pymodbus connects, numbers and frames; it carries our PDUs without looking into them, and is not trusted. Its retries
and its reconnecting are switched off, its timeout is out of reach, and its stream passes a gate (see
`modbus_tcp_gate`) that accepts one reply: the one with the right transaction, unit, function and byte count. What
pymodbus makes of it must say the same.

One transaction is under way at a time and runs to its end, whoever leaves. After a reply that did not come, or after
anything else that was not the reply, the connection is made anew before the next request, because half a frame may
still be in it. Transaction numbers go on with it, so that what a gateway gives to the new connection instead of the old
one answers nothing, and is known as late. The unit is left alone for the late window as on a wire, because many a
gateway copies any number it gets into whatever its line hears; the others go on at once.
"""

import asyncio
import logging
from collections.abc import Container
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu import ModbusPDU

from rtu_agent.bus.address import MODBUS_TCP, network_address
from rtu_agent.bus.modbus_tcp_client import ask, connect
from rtu_agent.bus.modbus_tcp_gate import Gate, transaction_numbers
from rtu_agent.bus.outcomes import finished, port_lost
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.bus.supervision import renew, supervise
from rtu_agent.clock import Clock
from rtu_agent.events import ForeignFrameDiscarded, LateReplyDiscarded, OutcomeKind, Watcher
from rtu_agent.protocol.errors import UnitQuarantined
from rtu_agent.protocol.guard import guarded
from rtu_agent.protocol.lost import LostRequest, LostRequests
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request


class ModbusTcpBus:
    """All units behind one Modbus TCP server. Made and used inside a running event loop.

    Args:
        name: the name that events carry.
        port: `tcp://host:port`.
        watch: who is told what happens.
        clock: the monotonic clock of the event loop.
        timeout_s: how long a unit may take to answer.
        late_window_s: shortest quarantine; default twice the timeout, at least one second.
        writable: units to which writes are allowed.

    Raises:
        ValueError: the port is no such address.
    """

    def __init__(
        self,
        name: str,
        port: str,
        watch: Watcher,
        clock: Clock,
        *,
        timeout_s: float = 0.5,
        late_window_s: float | None = None,
        writable: Container[int] = (),
    ) -> None:
        address = network_address(port)
        if address is None or address.scheme != MODBUS_TCP:
            raise ValueError(f"{port} is not of the form tcp://host:port")
        self.name = name
        self._port = port
        self._address = address
        self._watch = watch
        self._clock = clock
        self._timeout_s = timeout_s
        self._writable = writable
        self._lost_requests = LostRequests(max(1.0, 2 * timeout_s) if late_window_s is None else late_window_s)
        self._owed: dict[int, LostRequest] = {}
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()
        self._gone: asyncio.Future[str] | None = None
        self._ended_at = float("-inf")
        self._numbers = transaction_numbers()
        self._gate = Gate(self._strange, self._numbers)
        self._client: AsyncModbusTcpClient | None = None
        self.opened = asyncio.Event()
        """Set while the port is open."""
        self.refused: PortError | None = None
        """Why the port could not be opened when that failed last."""
        # What pymodbus has to say of a connection is told by our events, once.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

    # -- asking --------------------------------------------------------------------------------------------------------

    def quarantined_until(self, unit: int) -> float | None:
        """Return until when `unit` must not be asked, on the monotonic clock, or None when it may be."""
        return self._lost_requests.quarantined_until(unit, self._clock.monotonic())

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Ask `unit` when its turn comes and return what came of it.

        Args:
            unit: whom to ask.
            request: what to ask.
            timeout_s: this unit's own response timeout.
            gap_s: pause this unit needs before it is asked.

        Raises:
            LocalProtocolError: this cannot be asked (see `Master.request`).
        """
        pdu = guarded(unit, request, self._writable)
        if self._gone is None:
            return port_lost(unit, request, self._clock.monotonic())
        await self._turn.acquire()
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        transaction = self._loop.create_task(self._transaction(unit, request, pdu, timeout_s, gap_s))
        transaction.add_done_callback(self._next)
        return await asyncio.shield(transaction)

    def _next(self, transaction: "asyncio.Task[Outcome]") -> None:
        self._turn.release()
        if not transaction.cancelled():
            transaction.exception()  # nobody may be left to ask for it

    async def _transaction(self, unit: int, request: Request, pdu: bytes, timeout_s: float, gap_s: float) -> Outcome:
        now = self._clock.monotonic()
        if (until := self.quarantined_until(unit)) is not None:
            raise UnitQuarantined(f"unit {unit} may still answer an earlier request for {until - now:.3f} s")
        if not self._gate.clean:
            await self._renew()
        await asyncio.sleep(max(0.0, self._ended_at + gap_s - self._clock.monotonic()))
        if self._gone is None or self._gone.done() or self._client is None:
            return port_lost(unit, request, self._clock.monotonic())
        sent_at = self._clock.monotonic()
        refused = self._gate.expect(unit, request)
        asking = self._loop.create_task(ask(self._client, unit, pdu))
        kind = await self._ending(asking, refused, self._gone, timeout_s)
        return self._concluded(unit, request, pdu[0], kind, sent_at)

    async def _ending(
        self,
        asking: "asyncio.Task[ModbusPDU | None]",
        refused: "asyncio.Future[OutcomeKind]",
        gone: "asyncio.Future[str]",
        timeout_s: float,
    ) -> OutcomeKind:
        """Wait for the end of a request and return how it ended."""
        ends: set[asyncio.Future[Any]] = {asking, refused, gone}
        await asyncio.wait(ends, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if self._gate.accepted:
            await asyncio.wait({asking})  # the reply is there, and pymodbus is about to hand it over
        if asking.done():
            response = asking.result()
            return "port_lost" if response is None else self._gate.verdict(response)
        asking.cancel()
        if refused.done():
            return refused.result()
        return "port_lost" if gone.done() else self._gate.silence()

    def _concluded(self, unit: int, request: Request, function: int, kind: OutcomeKind, sent_at: float) -> Outcome:
        now = self._ended_at = self._clock.monotonic()
        answered = kind in ("good", "exception")
        gate, reply = self._gate, self._gate.pdu
        gate.done(owed=not answered)
        if answered:
            self._lost_requests.answered(unit, now - sent_at)
        elif gate.sent:
            self._owe(LostRequest(unit, request, gate.sent, sent_at), now)
        outcome = Outcome(
            unit,
            request,
            kind,
            sent_at=sent_at,
            ended_at=now,
            free_at=now,
            sent_bytes=len(gate.sent),
            received_bytes=gate.received,
            payload=request.payload(reply) if kind == "good" else b"",
            exception_code=reply[1] if kind == "exception" else None,
            turnaround_s=now - sent_at if answered else None,
        )
        self._watch(finished(self.name, outcome, function))
        return outcome

    def _owe(self, lost: LostRequest, now: float) -> None:
        """Remember a request whose reply may still come, and forget what is too old to."""
        self._lost_requests.add(lost, now)
        self._owed[self._gate.transaction] = lost
        remembered = {id(other) for other in self._lost_requests.owed(now)}
        self._owed = {number: other for number, other in self._owed.items() if id(other) in remembered}

    def _strange(self, transaction: int, unit: int, function: int) -> bool:
        """Tell a frame that nobody waits for; return whether it is only late."""
        lost = self._owed.pop(transaction, None)
        if lost is not None and lost.unit == unit:
            late_s = self._lost_requests.came_late(lost, self._clock.monotonic())
            self._watch(LateReplyDiscarded(self.name, unit, late_s))
            return True
        self._watch(ForeignFrameDiscarded(self.name, unit, function))
        return False

    # -- the connection ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the connection open until cancelled."""
        try:
            await supervise(self.name, self._port, self._connect, self._wait_until_gone, self._watch)
        finally:
            self._lost("closed")
            self._close()

    async def _connect(self) -> PortFacts:
        self._close()
        self._gate = Gate(self._strange, self._numbers)
        try:
            self._client = await connect(self._port, self._address, self._gate, self._lost)
        except PortError as error:
            self.refused = error
            raise
        return PortFacts()

    async def _renew(self) -> None:
        """Make the connection anew; nobody is told unless that cannot be done."""
        cause = await renew(self._connect)
        if cause is not None:
            self._lost(cause)

    async def _wait_until_gone(self) -> str:
        gone: asyncio.Future[str] = self._loop.create_future()
        self._gone = gone
        self.opened.set()
        try:
            return await gone
        finally:
            self.opened.clear()
            self._gone = None
            self._close()

    def _lost(self, cause: str) -> None:
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(cause)

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
