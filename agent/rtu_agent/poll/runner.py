"""Runs scripts on one bus, unbroken, and sees to it that what they owe a device is paid.

The poller of a bus does one thing after the other, and nobody else asks its devices; so it is enough that a run is
waited for. The rules are in `run`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from rtu_agent.driver_api.steps import Step, Write
from rtu_agent.events import OutcomeKind
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.health import verdict
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.progress import BUSY_CODES, Progress
from rtu_agent.poll.requests import request_of
from rtu_agent.poll.run import NOT_ALLOWED, NOT_POSSIBLE, Run, reading
from rtu_agent.protocol.errors import LocalProtocolError, UnitQuarantined, WriteForbidden
from rtu_agent.protocol.outcome import Outcome

LAST_S: Final = 2.0
"""When the agent ends, a run has so long to put back what it must, seconds."""

Heard = Callable[[PolledDevice, Outcome], None]
"""Is told what came of each step."""


class Runner:
    """One bus.

    Args:
        asker: asks its devices.
        heard: is told every outcome.
    """

    def __init__(self, asker: Asker, heard: Heard) -> None:
        self._asker = asker
        self._heard = heard

    async def poll(self, device: PolledDevice, progress: Progress) -> None:
        """Let a script read the whole plan of a poll."""
        script = progress.plan.script
        assert script is not None, "only plans with a script are run"  # noqa: S101
        points = progress.plan.points()
        run = reading(script(points), points, writes=device.writes)
        await self.run(device, run)
        progress.ran(run, points.payloads)

    async def run(self, device: PolledDevice, run: Run[Any]) -> None:
        """Do all steps of a run, then pay what it owes; when cancelled, only what must be put back."""
        try:
            await self._to_its_end(device, run)
        except asyncio.CancelledError:
            run.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_S):
                    await self._to_its_end(device, run)
            raise

    async def pay(self, device: PolledDevice) -> OutcomeKind:
        """Write what a device is owed; return `good` if nothing is owed any more."""
        for (table, address), word in [*device.owed.items()]:
            outcome = await self._ask(device, Write(address, word, "coil" if table == "coil" else "holding"))
            if outcome == "no_reply":
                return "no_reply"
            if isinstance(outcome, Outcome):
                self._heard(device, outcome)
                if not outcome.good and (verdict(outcome) != "exception" or outcome.exception_code in BUSY_CODES):
                    return verdict(outcome)
            del device.owed[table, address]  # also if the device says that it cannot be written
        return "good"

    async def _to_its_end(self, device: PolledDevice, run: Run[Any]) -> None:
        await self._all(device, run)
        device.owed |= run.owed
        await self.pay(device)

    async def _all(self, device: PolledDevice, run: Run[Any]) -> None:
        while (step := run.step) is not None:
            run.sent()
            outcome = await self._ask(device, step)
            if isinstance(outcome, Outcome):
                self._heard(device, outcome)
                run.heard(outcome)
            else:
                run.failed(outcome)

    async def _ask(self, device: PolledDevice, step: Step) -> Outcome | str:
        """Return what came of a step, or why it was not sent."""
        if not self._asker.reachable(device):
            return "no_reply"
        try:
            return await self._asker.step(device, request_of(step))
        except UnitQuarantined:
            return "no_reply"
        except WriteForbidden:
            return NOT_ALLOWED
        except LocalProtocolError:
            return NOT_POSSIBLE
