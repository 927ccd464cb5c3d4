"""A bus in memory: the agent's own master on the simulator's wire, at the pace of a clock that is turned by hand."""

import asyncio
from collections.abc import Callable
from typing import Final

from rtu_agent.bus.port_error import PortError
from rtu_agent.clock import HandClock
from rtu_agent.events import Watcher
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.simulator.wire import Wire

_ROUNDING_S: Final = 1e-9
"""A sleep may end a rounding error too early."""

Answer = Callable[[bytes], bytes | None]
"""Takes a frame that the units have heard; returns the reply of the one that it concerns."""


class WireBus:
    """One bus, as whoever asks its devices knows it (see `AnyBus`); run on a `HandLoop` of the same clock.

    Args:
        master: decides what is sent when, and what answers it.
        wire: carries it.
        answer: is the units.
        clock: turns while transactions run.
        watch: is told what the master says.
    """

    def __init__(self, master: Master, wire: Wire, answer: Answer, clock: HandClock, watch: Watcher) -> None:
        self.name = "simulated"
        self.opened = asyncio.Event()
        self.opened.set()
        self.refused: PortError | None = None
        self._master = master
        self._wire = wire
        self._answer = answer
        self._clock = clock
        self._watch = watch

    async def run(self) -> None:
        """Do nothing: the bus is always there."""

    def quarantined_until(self, unit: int) -> float | None:
        """Return until when `unit` must not be asked, or None when it may be."""
        return self._master.quarantined_until(unit, self._clock.monotonic())

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Run one transaction to its end.

        Raises:
            LocalProtocolError: this cannot be asked (see `Master.request`).
        """
        self._master.request(unit, request, self._clock.monotonic(), timeout_s=timeout_s, gap_s=gap_s)
        while (outcome := self._step(self._clock.monotonic() + _ROUNDING_S)) is None:
            moments = [self._master.next_deadline(), self._wire.next_deadline()]
            moment = min(moment for moment in moments if moment is not None)
            await asyncio.sleep(max(0.0, moment - self._clock.monotonic()))
        return outcome

    def _step(self, now: float) -> Outcome | None:
        """Let everybody do what can be done now; return the outcome once there is one."""
        for heard in self._wire.read_slaves(now):
            if reply := self._answer(heard):
                self._wire.write_slaves(reply, now)
        if arrived := self._wire.read_master(now):
            self._master.receive_data(arrived, now)
        ended = self._judge()
        self._master.handle_timeout(now)
        if data := self._master.data_to_send(now):
            self._wire.write_master(data, now)
        return ended or self._judge()

    def _judge(self) -> Outcome | None:
        outcome = None
        for event in self._master.events():
            if isinstance(event, Completed):
                outcome = event.outcome
            else:
                self._watch(event)
        return outcome
