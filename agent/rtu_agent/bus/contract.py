"""What whoever asks the devices of a bus may know of it; how it is reached makes no difference."""

import asyncio
from typing import Protocol

from rtu_agent.bus.port_error import PortError
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request


class AnyBus(Protocol):
    """One bus with its single master: `Bus` or `ModbusTcpBus`."""

    name: str
    opened: asyncio.Event
    """Set while the port is open."""
    refused: PortError | None
    """Why the port could not be opened when that failed last."""

    def quarantined_until(self, unit: int) -> float | None:
        """Return until when `unit` must not be asked, on the monotonic clock, or None when it may be."""

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Ask `unit` when its turn comes and return what came of it; a caller that leaves does not end it.

        Args:
            unit: whom to ask.
            request: what to ask.
            timeout_s: this unit's own response timeout.
            gap_s: silence this unit needs before it is asked.

        Raises:
            LocalProtocolError: this cannot be asked.
        """

    async def run(self) -> None:
        """Keep the port open until cancelled."""
