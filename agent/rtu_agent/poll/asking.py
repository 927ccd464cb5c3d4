"""Asks devices of one bus, and lets every answer teach: how long to wait, what to ask, who is there."""

from typing import Final

from rtu_agent.bus.contract import AnyBus
from rtu_agent.clock import Clock
from rtu_agent.domain.registers import Span
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.refusals import REFUSED_CODES, TESTS_PER_POLL
from rtu_agent.protocol.errors import EchoUnknown
from rtu_agent.protocol.guard import writes
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request

_CLEAN: Final = frozenset({"good", "exception"})


class Asker:
    """One bus.

    Args:
        bus: where the devices are.
        patience: how long each unit is waited for.
        clock: the monotonic clock.
    """

    def __init__(self, bus: AnyBus, patience: Patience, clock: Clock) -> None:
        self.bus = bus
        self._patience = patience
        self._clock = clock

    def reachable(self, device: PolledDevice) -> bool:
        """Return whether the device owes no reply to an earlier request."""
        return self.bus.quarantined_until(device.unit) is None

    async def ask(self, device: PolledDevice, block: Span) -> Outcome:
        """Read one block of a poll; a damaged reply owes nothing, so it is asked for once more at once."""
        wait = self._patience.timeout_s if device.health.proven else self._patience.probation_s
        timeout_s = wait(device.unit)
        outcome = await self._twice(device, device.request(block), timeout_s)
        if outcome.exception_code in REFUSED_CODES:
            device.refusals.refuse(block)
            device.avoid()
        return outcome

    async def step(self, device: PolledDevice, request: Request) -> Outcome:
        """Do one step of a script. A read is done once more if its reply was damaged; a write is not.

        Raises:
            LocalProtocolError: this cannot be asked, or not of this device, or not now.
        """
        wait = self._patience.timeout_s if device.health.proven else self._patience.probation_s
        if writes(request.encode()):
            return await self._write(device, request, wait(device.unit))
        return await self._twice(device, request, wait(device.unit))

    def grant(self, device: PolledDevice) -> None:
        """Let a device think for as long as its driver says that it needs."""
        if device.timeout_s is not None:
            self._patience.grant(device.unit, device.timeout_s)

    def probe_s(self, device: PolledDevice, room_s: float) -> float:
        """Return how long a probe of the device may hold the bus, seconds, but for the few characters on the wire."""
        return self._patience.probation_s(device.unit, room_s)

    async def probe(self, device: PolledDevice, room_s: float = 0.0) -> Outcome:
        """Read as little as possible, to see whether the device is there.

        Args:
            device: which.
            room_s: for how long nobody else wants the bus.
        """
        span = device.probes[device.health.asked % len(device.probes)]
        return await self._read(device, span, self._patience.probation_s(device.unit, room_s))

    async def search(self, device: PolledDevice) -> list[Outcome]:
        """Ask a few of the questions that tell what the device refuses."""
        outcomes: list[Outcome] = []
        while len(outcomes) < TESTS_PER_POLL:
            test = device.refusals.next_test(self._clock.monotonic())
            if test is None:
                break
            outcome = await self._read(device, test, self._patience.timeout_s(device.unit))
            outcomes.append(outcome)
            if not outcome.good and outcome.exception_code not in REFUSED_CODES:
                break
            device.refusals.tested(refused=not outcome.good, now=outcome.ended_at)
        device.avoid()
        return outcomes

    async def _read(self, device: PolledDevice, span: Span, timeout_s: float) -> Outcome:
        return await self._transact(device, device.request(span), timeout_s)

    async def _write(self, device: PolledDevice, request: Request, timeout_s: float) -> Outcome:
        """Write, and where nothing was read before on this bus, read first: the adapter may echo."""
        try:
            return await self._transact(device, request, timeout_s)
        except EchoUnknown:
            outcome = await self.probe(device)
            return await self._transact(device, request, timeout_s) if outcome.kind in _CLEAN else outcome

    async def _twice(self, device: PolledDevice, request: Request, timeout_s: float) -> Outcome:
        outcome = await self._transact(device, request, timeout_s)
        if outcome.kind == "damaged" and self.reachable(device):
            outcome = await self._transact(device, request, timeout_s)
        return outcome

    async def _transact(self, device: PolledDevice, request: Request, timeout_s: float) -> Outcome:
        outcome = await self.bus.transact(device.unit, request, timeout_s=timeout_s, gap_s=device.gap_s)
        if outcome.turnaround_s is not None:
            self._patience.answered(device.unit, outcome.turnaround_s)
            if outcome.good and not writes(request.encode()):
                device.plans.learn_turnaround(outcome.turnaround_s)
        elif outcome.kind == "no_reply":
            self._patience.missed(device.unit, timeout_s)
        return outcome
