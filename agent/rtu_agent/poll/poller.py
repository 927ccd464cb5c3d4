"""The glue of one bus: asks what the schedule says, tells what came of it.

The rules are elsewhere: `schedule` says what is due and whose turn it is, `device_plans` what travels together,
`progress` when a poll is over, `probing` which of the silent devices is asked at all, the bus's master what is true.
Every tick of the schedule ends here in exactly one `PollFinished` or `PollSkipped`.

A poll that waits for a busy device is set aside, and the others go on.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.text import in_words
from rtu_agent.events import (
    DeviceStateChanged,
    DriverFailed,
    PollFinished,
    PollSkipped,
    RefusalsLearnt,
    SkipReason,
    Watcher,
)
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.health import SILENT, verdict
from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.probing import Probing
from rtu_agent.poll.progress import ANSWERED, Progress
from rtu_agent.poll.schedule import ONCE_RETRY_S, Schedule
from rtu_agent.protocol.outcome import Outcome

LONGEST_REST_S: Final = 0.5
"""A poller looks round this often even when nothing is due, so that it sees in time what nobody tells it."""


class Poller:
    """One bus and its devices.

    Args:
        asker: asks them.
        devices: who is polled.
        schedule: when.
        watch: who is told what happens.
        accept: takes every record, at once and without waiting.
        clock: monotonic for the schedule, wall for the records' time.
    """

    def __init__(
        self,
        asker: Asker,
        devices: Iterable[PolledDevice],
        schedule: Schedule,
        watch: Watcher,
        accept: Callable[[Record], None],
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._bus = asker.bus
        self._devices = {device.name: device for device in devices}
        self._schedule = schedule
        self._watch = watch
        self._accept = accept
        self._clock = clock
        healths = {device.name: device.health for device in self._devices.values()}
        self._probing = Probing(healths, clock.monotonic())
        self._owing: set[str] = set()
        """Held until they have answered an earlier request, or will not."""
        self._waiting: list[Progress] = []
        """Polls of busy devices."""
        self._probed = False
        """The last to be asked was a silent device, so it is somebody else's turn."""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            now = self._clock.monotonic()
            for job in self._schedule.overtaken(now):
                self._watch(PollSkipped(self._bus.name, job.device, job.group, self._obstacle(job)))
            if not self._bus.opened.is_set():
                await _wait(self._bus.opened, LONGEST_REST_S)
                continue
            self._release(now)
            if not await self._do_something(now):
                await asyncio.sleep(max(0.0, self._next_moment(now) - now))

    async def _do_something(self, now: float) -> bool:
        """Ask somebody who is to be asked now; return False when there is nobody."""
        silent = self._to_probe(now)
        self._probed = silent is not None
        if silent is not None:
            await self._probe(silent)
        elif progress := next((progress for progress in self._waiting if progress.resume_at <= now), None):
            self._waiting.remove(progress)
            progress.resume()
            await self._poll(progress)
        elif tick := self._schedule.take(now):
            await self._poll(self._start(tick, now))
        else:
            return False
        return True

    def _to_probe(self, now: float) -> PolledDevice | None:
        """Return the silent device to probe now: never two in a row while others wait, and in a gap if one comes."""
        name = self._probing.due(now, self._blocked)
        if name is None:
            return None
        device, room_s = self._devices[name], self._schedule.room_s(now)
        if room_s < self._asker.probe_s(device) and (self._probing.may_defer(now) or (self._probed and not room_s)):
            return None
        return device

    def _next_moment(self, now: float) -> float:
        moments = [now + LONGEST_REST_S, self._schedule.next_due(now), self._probing.next_due(now, self._blocked)]
        moments += [progress.resume_at for progress in self._waiting]
        moments += [self._blocked(name) or now for name in self._owing]
        return min(moments)

    # -- who may be asked ----------------------------------------------------------------------------------------------

    def _blocked(self, name: str) -> float | None:
        return self._bus.quarantined_until(self._devices[name].unit)

    def _obstacle(self, job: Job) -> SkipReason:
        """Return what kept a device from being polled."""
        if not self._bus.opened.is_set():
            return "port_down"
        if not self._devices[job.device].health.online:
            return "offline"
        return "overload" if self._blocked(job.device) is None else "quarantine"

    def _hold(self, device: PolledDevice) -> None:
        """Let nobody ask a device that is silent or may still answer an earlier request."""
        if not self._asker.reachable(device):
            self._owing.add(device.name)
        if device.name in self._owing or not device.health.online:
            self._schedule.hold(device.name)

    def _release(self, now: float) -> None:
        for name in [name for name in self._owing if self._blocked(name) is None]:
            self._owing.remove(name)
            if self._devices[name].health.online:
                self._schedule.release(name, now)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _probe(self, device: PolledDevice) -> None:
        outcome = await self._asker.probe(device)
        self._probing.spent(outcome.free_at - outcome.sent_at, outcome.ended_at)
        self._learn(device, outcome)
        if not device.health.online and outcome.kind != "port_lost":
            self._accept(device.silence(self._time_ms(outcome, outcome)))

    def _start(self, tick: Tick, now: float) -> Progress:
        """Begin a poll, and let other groups of its device ride along where that is free."""
        device, group = self._devices[tick.job.device], frozenset({tick.job.group})
        riders = device.plans.riders(group, self._schedule.companions(tick, now))
        ticks = [tick, *self._schedule.ride(device.name, riders, now)]
        give_up_at = min(one.due + (one.job.period_s or ONCE_RETRY_S) for one in ticks)
        return Progress(device.plans.poll(group | riders), ticks, now, give_up_at)

    async def _poll(self, progress: Progress) -> None:
        device = self._devices[progress.ticks[0].job.device]
        proven = device.health.proven
        while (block := progress.block) is not None:
            if not (device.health.online and self._asker.reachable(device)):
                progress.give_up()
                break
            outcome = await self._asker.ask(device, block)
            progress.heard(outcome)
            self._learn(device, outcome)
            if not proven and verdict(outcome) in SILENT:
                self._probing.spent(outcome.free_at - outcome.sent_at, outcome.ended_at)
        if not progress.over:
            self._waiting.append(progress)
            return
        self._finish(device, progress)
        if progress.kind in ANSWERED:
            self._asker.polled(device)
            await self._search(device)

    async def _search(self, device: PolledDevice) -> None:
        known = device.refusals.known
        for outcome in await self._asker.search(device):
            self._learn(device, outcome)
        if device.refusals.known != known:
            refused = ", ".join(sorted(map(str, device.refusals.known)))
            self._watch(RefusalsLearnt(self._bus.name, device.name, refused))

    # -- telling -------------------------------------------------------------------------------------------------------

    def _finish(self, device: PolledDevice, progress: Progress) -> None:
        """Tell every tick of a poll its fate, and hand out its record."""
        now, kind = self._clock.monotonic(), progress.kind
        time_ms = self._wall_ms(now)
        if progress.first is not None and progress.last is not None:
            time_ms = self._time_ms(progress.first, progress.last)
        try:
            record = device.record(progress.plan, progress.payloads, time_ms)
        except Exception as error:  # noqa: BLE001 - a driver's mistake must not end its neighbours' polling
            self._watch(DriverFailed(self._bus.name, device.name, device.driver, in_words(error)))
            record, kind = device.silence(time_ms), "driver_failed"
        self._accept(record)
        if (remark := device.remarks.about(record)) is not None:
            self._accept(remark)
        for place, tick in enumerate(progress.ticks):
            rides = place > 0
            self._schedule.finished(tick, 0.0 if rides else progress.held_s, good=kind == "good")
            lag_s, group = max(0.0, progress.started - tick.due), tick.job.group
            took_s = now - progress.started
            self._watch(PollFinished(self._bus.name, device.name, group, kind, lag_s, took_s, record, rides))

    def _learn(self, device: PolledDevice, outcome: Outcome) -> None:
        """Let the device's health hear how it went; a device that is back is polled in full at once."""
        before, now, kind = device.health.state, self._clock.monotonic(), verdict(outcome)
        after = self._probing.heard(device.name, kind, now)
        if after == "online":
            self._schedule.release(device.name, now)
            self._schedule.now(device.name, now)
        self._hold(device)
        if after is not None:
            self._accept(device.remarks.became(after, kind, self._time_ms(outcome, outcome)))
            self._watch(DeviceStateChanged(self._bus.name, device.name, before, after, kind))

    def _time_ms(self, first: Outcome, last: Outcome) -> int:
        """Return the middle of the transactions on the wall clock, milliseconds since 1970."""
        return self._wall_ms((first.sent_at + last.ended_at) / 2)

    def _wall_ms(self, moment: float) -> int:
        return round((self._clock.wall() - (self._clock.monotonic() - moment)) * 1000)


async def _wait(event: asyncio.Event, at_most_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), at_most_s)
