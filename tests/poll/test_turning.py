"""A poller says when it last came round: while it rests, and not while it hangs."""

import asyncio

from rtu_agent.clock import HandClock
from rtu_agent.driver_api import Driver, u16
from rtu_agent.events import Watchers
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.job import Job
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.telemetry.findings import STUCK_S, Worker, health
from rtu_agent.testing.hand_loop import HandLoop
from support.hand_bus import HandBus

LINE = LineSettings(9600)
HANGS_AT_S = 100.0


class One(Driver, table="input"):
    """One value, read every hour."""

    name = "test.one"
    kind = "kind"

    a = u16(0, vendor_specific=True)


class HangingBus(HandBus):
    """Works, and then never comes back from a transaction."""

    async def transact(
        self, unit: int, request: Request, *, timeout_s: float | None = None, gap_s: float = 0.0
    ) -> Outcome:
        """Run one transaction, or none for ever."""
        if self._clock.monotonic() >= HANGS_AT_S:
            await asyncio.Event().wait()
        return await super().transact(unit, request, timeout_s=timeout_s, gap_s=gap_s)


def test_a_poller_that_rests_turns_and_one_that_hangs_does_not() -> None:
    """An hour without a poll is no reason to restart; a bus that does not come back is."""
    clock = HandClock()
    found = []

    async def main() -> None:
        patience = Patience(0.5)
        bus = HangingBus(Master("b", LINE, timeout_s=0.5), lambda *_: 0.02, clock, Watchers(patience))
        device = polled_device("d", 1, One, LINE, {"site": "s", "bus": "b", "device": "d"})
        schedule = Schedule([Job("d", "normal", HANGS_AT_S)], clock.monotonic())
        asker = Asker(bus, patience, clock)
        poller = Poller(asker, [device], schedule, Watchers(), lambda _: None, clock)
        running = asyncio.create_task(poller.run())
        for moment in (HANGS_AT_S / 2, HANGS_AT_S - 1, HANGS_AT_S + STUCK_S + 2):
            await asyncio.sleep(moment - clock.monotonic())
            worker = Worker("b", poller.turned_at, 0.5)
            found.append(health(clock.monotonic(), [worker], clock.monotonic()))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with asyncio.Runner(loop_factory=lambda: HandLoop(clock)) as runner:
        runner.run(main())

    assert [finding.ok for finding in found] == [True, True, False]
    assert found[-1].details["stuck_buses"] == ["b"]
