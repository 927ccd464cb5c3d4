"""A bus whose units think for as long as a test wants, on a clock that is turned by hand: real master, real wire."""

from collections.abc import Callable
from typing import Final

from rtu_agent.clock import HandClock
from rtu_agent.events import Watcher
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.wire import Wire
from rtu_agent.testing.wire_bus import WireBus

Thinks = Callable[[int, int], float | None]
"""Says how long a unit thinks, after the silence that ends a request, before it replies to a read of so many registers:
seconds, or None when it does not reply."""

_AT_ITS_END_S: Final = 3600.0
"""An adapter that waits so long hands over a reply when it is there as a whole, which costs a test the least."""


class _ThinkingWire(Wire):
    """Carries a reply when the unit has thought, or never."""

    def __init__(self, line: LineSettings, thinks: Thinks) -> None:
        super().__init__(line, turnaround_s=0.0, handover_s=_AT_ITS_END_S)
        self._thinks = thinks

    def write_slaves(self, data: bytes, now: float) -> None:
        """Put the reply to a read on the wire, as late as its unit says."""
        think_s = self._thinks(data[0], data[2] // 2)
        if think_s is not None:
            super().write_slaves(data, now + think_s)


class HandBus(WireBus):
    """Answers reads of registers with zeros.

    Args:
        master: the bus's master.
        thinks: how the units are.
        clock: is turned while transactions run.
        watch: is told what the master says.
    """

    def __init__(self, master: Master, thinks: Thinks, clock: HandClock, watch: Watcher) -> None:
        super().__init__(master, _ThinkingWire(master.line, thinks), _zeros, clock, watch)
        self.outcomes: list[Outcome] = []

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Run one transaction to its end, and keep what came of it."""
        outcome = await super().transact(unit, request, timeout_s=timeout_s, gap_s=gap_s)
        self.outcomes.append(outcome)
        return outcome


def _zeros(request: bytes) -> bytes:
    """Return the reply to a frame that reads registers."""
    size = 2 * int.from_bytes(request[4:6], "big")
    return frame(request[0], bytes([request[1], size]) + bytes(size))
