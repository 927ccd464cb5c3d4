"""Polls the devices of one bus: asks what the schedule says, tells what came of it.

The rules are elsewhere: `schedule` says what is due, `plan` what travels together, `health` who is asked at all, the
bus's master what is true. Every tick of the schedule ends here in exactly one `PollFinished` or `PollSkipped`.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from rtu_agent.bus.contract import AnyBus
from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.registers import Span
from rtu_agent.domain.text import in_words
from rtu_agent.events import (
    DeviceStateChanged,
    DriverFailed,
    OutcomeKind,
    PollFinished,
    PollSkipped,
    SkipReason,
    Watcher,
)
from rtu_agent.poll.device_plans import PollPlan
from rtu_agent.poll.health import ProbeBudget
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.schedule import Job, Schedule, Tick
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest

LONGEST_REST_S: Final = 0.5
"""A poller looks round this often even when nothing is due, so that skipped polls are counted in time."""
ANSWERED: Final[frozenset[OutcomeKind]] = frozenset({"good", "exception"})


class Poller:
    """One bus and its devices.

    Args:
        bus: where they are.
        devices: who is polled.
        schedule: when.
        watch: who is told what happens.
        accept: takes every record, at once and without waiting.
        clock: monotonic for the schedule, wall for the records' time.
    """

    def __init__(
        self,
        bus: AnyBus,
        devices: Iterable[PolledDevice],
        schedule: Schedule,
        watch: Watcher,
        accept: Callable[[Record], None],
        clock: Clock,
    ) -> None:
        self._bus = bus
        self._devices = {device.name: device for device in devices}
        self._schedule = schedule
        self._watch = watch
        self._accept = accept
        self._clock = clock
        self._budget = ProbeBudget(clock.monotonic())

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            now = self._clock.monotonic()
            for job in self._schedule.overtaken(now):
                self._watch(PollSkipped(self._bus.name, job.device, job.group, self._obstacle(job) or "overload"))
            if (device := self._probe_due(now)) is not None:
                await self._probe(device)
            elif (tick := self._schedule.take(now, self._may_poll)) is not None:
                await self._poll(tick)
            else:
                await self._rest(now)

    # -- who is asked --------------------------------------------------------------------------------------------------

    def _obstacle(self, job: Job) -> SkipReason | None:
        """Return what keeps a device from being polled, or None."""
        device = self._devices[job.device]
        if not self._bus.opened.is_set():
            return "port_down"
        if not device.health.online:
            return "offline"
        return None if self._bus.quarantined_until(device.unit) is None else "quarantine"

    def _may_poll(self, name: str) -> bool:
        device = self._devices[name]
        return self._bus.opened.is_set() and device.health.online and self._reachable(device)

    def _reachable(self, device: PolledDevice) -> bool:
        return self._bus.quarantined_until(device.unit) is None

    def _silent(self) -> list[PolledDevice]:
        return [device for device in self._devices.values() if not device.health.online]

    def _probe_due(self, now: float) -> PolledDevice | None:
        """Return the silent device that has waited longest, if one may be probed now."""
        if not self._bus.opened.is_set():
            return None
        due = [device for device in self._silent() if self._probe_at(device, now) <= now]
        return min(due, key=lambda device: device.health.probe_at, default=None)

    def _probe_at(self, device: PolledDevice, now: float) -> float:
        """The budget protects neighbours; where nobody is online there are none."""
        budget = self._budget.ready_at(now) if any(other.health.online for other in self._devices.values()) else now
        quarantine = self._bus.quarantined_until(device.unit) or now
        return max(device.health.probe_at, budget, quarantine)

    async def _rest(self, now: float) -> None:
        """Sleep until something is due, or the port opens, or it is time to look round."""
        if not self._bus.opened.is_set():
            await _wait(self._bus.opened, LONGEST_REST_S)
            return
        moments = [now + LONGEST_REST_S, self._schedule.next_due(self._may_poll)]
        moments += [self._probe_at(device, now) for device in self._silent()]
        for device in self._devices.values():
            if (until := self._bus.quarantined_until(device.unit)) is not None:
                moments.append(until)
        await asyncio.sleep(max(0.0, min(moments) - now))

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _ask(self, device: PolledDevice, span: Span) -> Outcome:
        """Read one block; a damaged reply owes nothing, so it is asked for once more at once."""
        request = ReadRequest(span.table, span.address, span.count)
        outcome = await self._bus.transact(device.unit, request, gap_s=device.gap_s)
        if outcome.kind == "damaged" and self._reachable(device):
            outcome = await self._bus.transact(device.unit, request, gap_s=device.gap_s)
        return outcome

    async def _probe(self, device: PolledDevice) -> None:
        span = device.probes[device.health.probes % len(device.probes)]
        outcome = await self._bus.transact(
            device.unit, ReadRequest(span.table, span.address, span.count), gap_s=device.gap_s
        )
        self._budget.spend(outcome.free_at - outcome.sent_at, outcome.ended_at)
        self._learn(device, outcome)
        if not device.health.online and outcome.kind != "port_lost":
            self._accept(device.silence(self._time_ms(outcome, outcome)))

    async def _poll(self, tick: Tick) -> None:
        device = self._devices[tick.job.device]
        started = self._clock.monotonic()
        plan = device.plans.poll(frozenset({tick.job.group}))
        payloads: list[bytes | None] = [None] * len(plan.blocks)
        kind: OutcomeKind = "good"
        first = last = None
        for place, block in enumerate(plan.blocks):
            last = await self._ask(device, block)
            first = first or last
            if last.good:
                payloads[place] = last.payload
            else:
                kind = last.kind
            if last.kind not in ANSWERED:
                break
        assert first is not None, "a plan has at least one block"  # noqa: S101
        assert last is not None  # noqa: S101
        self._finish(device, tick, plan, kind, started, payloads, self._time_ms(first, last))
        self._learn(device, last)

    def _finish(
        self,
        device: PolledDevice,
        tick: Tick,
        plan: PollPlan,
        kind: OutcomeKind,
        started: float,
        payloads: list[bytes | None],
        time_ms: int,
    ) -> None:
        job = tick.job
        try:
            record = device.record(plan, payloads, time_ms)
        except Exception as error:  # noqa: BLE001 - a driver's mistake must not end its neighbours' polling
            self._watch(DriverFailed(self._bus.name, device.name, device.driver, in_words(error)))
            record, kind = device.silence(time_ms), "driver_failed"
        if kind == "good":
            self._schedule.done(job)
        duration_s = self._clock.monotonic() - started
        self._accept(record)
        if (remark := device.remarks.about(record)) is not None:
            self._accept(remark)
        self._watch(
            PollFinished(self._bus.name, device.name, job.group, kind, max(0.0, started - tick.due), duration_s, record)
        )

    def _learn(self, device: PolledDevice, outcome: Outcome) -> None:
        """Let the device's health hear how it went; a device that is back is polled in full at once."""
        before = device.health.state
        now = self._clock.monotonic()
        after = device.health.heard(outcome.kind, now)
        if after is None:
            return
        if after == "online":
            self._schedule.now(device.name, now)
        self._accept(device.remarks.became(after, outcome.kind, self._time_ms(outcome, outcome)))
        self._watch(DeviceStateChanged(self._bus.name, device.name, before, after, outcome.kind))

    def _time_ms(self, first: Outcome, last: Outcome) -> int:
        """Return the middle of the transactions on the wall clock, milliseconds since 1970."""
        ago_s = self._clock.monotonic() - (first.sent_at + last.ended_at) / 2
        return round((self._clock.wall() - ago_s) * 1000)


async def _wait(event: asyncio.Event, at_most_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), at_most_s)
