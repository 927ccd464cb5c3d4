"""A wire that suffers faults; without any it is the wire it derives from, character by character.

Two things happen between the wire and those who talk on it. Every request that the slaves hear becomes an `Exchange`,
and what its faults left of the reply is put on the wire part by part, each at its time. What the wire carries to the
master passes the adapter, which adds echoes, holds things back, and drops everything while the port is gone.
"""

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count
from math import ceil
from typing import Final

from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.exchange import Exchange
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.journal import Answered
from rtu_agent.simulator.wire import HANDOVER_S, TURNAROUND_S, Trace, Wire

ADAPTER_BUFFER: Final = 62
"""Bytes in one packet of an FTDI adapter; that many are handed over without waiting for its timer."""
_NEVER: Final = float("inf")


class FaultyWire(Wire):
    """The wire of one bus with its faults.

    Args:
        line: baud rate and length of a character.
        plan: decides what goes wrong.
        concerns: tells whether some unit answers a request; what concerns nobody suffers nothing.
        turnaround_s: how long a slave thinks after the silence that ends a request.
        handover_s: how often the master's adapter hands over at most, as long as it has no timer.
        trace: who is told what passed.
        journal: who is told what every unit answered, before anything happened to it.
    """

    def __init__(
        self,
        line: LineSettings,
        plan: FaultPlan,
        concerns: Callable[[bytes], bool],
        *,
        turnaround_s: float = TURNAROUND_S,
        handover_s: float = HANDOVER_S,
        trace: Trace | None = None,
        journal: Callable[[Answered], None] | None = None,
    ) -> None:
        super().__init__(line, turnaround_s=turnaround_s, handover_s=handover_s, trace=trace)
        self._plan = plan
        self._concerns = concerns
        self._journal = journal
        self._asked: deque[Exchange] = deque()
        self._said: list[tuple[float, int, bytes]] = []
        self._echoes: list[tuple[float, int, bytes]] = []
        self._number = count()
        self._collected = bytearray()
        self._tick_s = _NEVER
        self._hold_s = -_NEVER
        self._pull_s = self._push_s = _NEVER
        self._plugged = True
        self.replug: Callable[[bool], None] = _ignore
        """Is told when the master's port is gone (False) and when it is there again."""

    def write_master(self, data: bytes, now: float) -> None:
        """Put on the wire what the master has written, and let the adapter hear it."""
        self._say(now)
        super().write_master(data, now)
        if self._request is not None and (echo := self._plan.echo(data)):
            heapq.heappush(self._echoes, (self._request.end_s, next(self._number), echo))

    def read_slaves(self, now: float) -> list[bytes]:
        """Return the requests that the slaves have heard since the last call, one frame each."""
        self._say(now)
        return [request for request in super().read_slaves(now) if self._is_heard(request, now)]

    def _is_heard(self, request: bytes, now: float) -> bool:
        if not self._concerns(request):
            return True
        exchange = self._plan.hear(request, now, self._line)
        if exchange is not None:
            self._asked.append(exchange)
        return exchange is not None

    def write_slaves(self, data: bytes, now: float) -> None:
        """Take a whole reply; what is left of it goes on the wire in its time.

        Every request that was heard and concerns a unit has one, in the order of hearing.
        """
        self._say(now)
        self._answered(self._asked.popleft(), data, now)
        self._say(now)

    def _answered(self, exchange: Exchange, reply: bytes, now: float) -> None:
        if self._journal is not None:
            self._journal(Answered(exchange.heard_s, exchange.request, reply))
        exchange.answered(reply)
        start_s = max(now, self._reply_not_before_s)
        if (unplugging := exchange.unplugging) is not None and self._pull_s == self._push_s == _NEVER:
            self._pull_s = start_s + self._line.wire_s(unplugging.after)
            self._push_s = self._pull_s + unplugging.for_s
        # A reply that nothing has delayed is written now, as without faults; the wire itself keeps the turnaround.
        at_s = now
        for part in exchange.parts:
            at_s = at_s if part is exchange.parts[0] and not part.pause_s else max(at_s, start_s) + part.pause_s
            heapq.heappush(self._said, (at_s, next(self._number), part.data))
            at_s = max(at_s, start_s) + self._line.wire_s(len(part.data))
        if exchange.one_chunk:
            self._hold_s = at_s
        if exchange.memory.busy_until_s > exchange.heard_s:
            # The unit turns to the next request of its queue as it does to any other.
            exchange.memory.busy_until_s = at_s + self._line.t35_s + self._turnaround_s

    def read_master(self, now: float) -> bytes:
        """Return what the adapter hands over; nothing while the port is gone."""
        self._say(now)
        self._switch(now)
        arrived = self._heard_by_adapter(now)
        if not self._plugged:
            self._collected.clear()
            return b""
        holds = self._plan.latency_s or self._collected or now < self._hold_s
        return self._handed_over(arrived, now) if holds else arrived

    def _heard_by_adapter(self, now: float) -> bytes:
        arrived = bytearray()
        while self._echoes and self._echoes[0][0] <= now:
            arrived += heapq.heappop(self._echoes)[2]
        return bytes(arrived) + super().read_master(now)

    def _handed_over(self, arrived: bytes, now: float) -> bytes:
        if arrived and not self._collected:
            latency_s = self._plan.latency_s
            tick_s = ceil(now / latency_s) * latency_s if latency_s else now
            self._tick_s = max(tick_s, self._hold_s)
        self._collected += arrived
        is_full = len(self._collected) >= ADAPTER_BUFFER and now >= self._hold_s
        if now < self._tick_s and not is_full:
            return b""
        collected = bytes(self._collected)
        self._collected.clear()
        return collected

    def _switch(self, now: float) -> None:
        if now >= self._pull_s:
            self._plugged, self._pull_s = False, _NEVER
            self.replug(False)
        if now >= self._push_s:
            self._plugged, self._push_s = True, _NEVER
            self.replug(True)

    def next_deadline(self) -> float | None:
        """Return when a read will have something, None if nobody is talking."""
        moments = [self._pull_s, self._push_s]
        moments += [waiting[0][0] for waiting in (self._said, self._echoes) if waiting]
        if self._collected:
            moments.append(self._tick_s)
        if (wire_s := super().next_deadline()) is not None:
            moments.append(wire_s)
        deadline = min(moments)
        return None if deadline == _NEVER else deadline

    def _say(self, now: float) -> None:
        """Put on the wire what is due, each part at the time it was planned for."""
        while self._said and self._said[0][0] <= now:
            at_s, _, data = heapq.heappop(self._said)
            super().write_slaves(data, at_s)


def _ignore(_plugged: bool) -> None:
    """Nobody minds."""
