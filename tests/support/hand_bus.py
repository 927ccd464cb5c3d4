"""A bus on which every character takes its time, on a clock that is turned by hand: real master, units at will."""

import asyncio
from collections.abc import Callable

from rtu_agent.bus.bus import Bus
from rtu_agent.clock import HandClock
from rtu_agent.events import Watcher
from rtu_agent.protocol.adu import OVERHEAD
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest, Request
from support.line import words_reply

Thinks = Callable[[int, int], float | None]
"""Says how long a unit thinks before it replies to a read of so many registers, seconds; None when it does not."""


class HandBus(Bus):
    """Answers reads of registers with zeros.

    Args:
        master: the bus's master.
        thinks: how the units are.
        clock: is turned while transactions run.
        watch: is told what the master says.
    """

    def __init__(self, master: Master, thinks: Thinks, clock: HandClock, watch: Watcher) -> None:
        self.name = "b"
        self.opened = asyncio.Event()
        self.opened.set()
        self.outcomes: list[Outcome] = []
        self._master = master
        self._thinks = thinks
        self._clock = clock
        self._watch = watch
        self._coming: list[tuple[float, bytes]] = []

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Run one transaction to its end."""
        self._master.request(unit, request, self._clock.monotonic(), timeout_s=timeout_s, gap_s=gap_s)
        outcome = self._step(unit, request)
        while outcome is None:
            deadline = self._master.next_deadline()
            assert deadline is not None, "a transaction under way always has a deadline"
            moment = min([deadline, *(at for at, _ in self._coming)])
            await asyncio.sleep(max(0.0, moment - self._clock.monotonic()))
            outcome = self._step(unit, request)
        self.outcomes.append(outcome)
        return outcome

    def _step(self, unit: int, request: Request) -> Outcome | None:
        now = self._clock.monotonic() + 1e-9  # a sleep may end a rounding error too early
        for at, data in [(at, data) for at, data in self._coming if at <= now]:
            self._coming.remove((at, data))
            self._master.receive_data(data, at)
        ended = self._judge()
        self._master.handle_timeout(now)
        if self._master.data_to_send(now):
            self._reply(unit, request, now)
        return ended or self._judge()

    def _reply(self, unit: int, request: Request, now: float) -> None:
        assert isinstance(request, ReadRequest)
        think_s = self._thinks(unit, request.count)
        if think_s is not None:
            reply = words_reply(unit, request, [0] * request.count)
            wire_s = self._master.line.wire_s(OVERHEAD + len(request.encode()) + len(reply))
            self._coming.append((now + wire_s + think_s, reply))

    def _judge(self) -> Outcome | None:
        outcome = None
        for event in self._master.events():
            if isinstance(event, Completed):
                outcome = event.outcome
            else:
                self._watch(event)
        return outcome
