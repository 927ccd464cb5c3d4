"""The glue of one bus: asks what the schedule says, tells what came of it.

The rules are elsewhere: `schedule` says what is due and whose turn it is, `device_plans` what travels together,
`progress` when a poll is over, `probing` which of the silent devices is asked at all, `acquaintance` whether a device
is the right one, `run` what a script leaves to be put back, the bus's master what is true.
Every tick of the schedule ends here in exactly one `PollFinished` or `PollSkipped`.

A poll that waits for a busy device is set aside, and the others go on.

Devices and jobs come and go between two polls, in the poller's own task: so nothing that is under way can lose the
ground under its feet, and the polls of everybody else are where they were.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.driver_api.places import places_of
from rtu_agent.events import (
    DeviceRecognised,
    DeviceStateChanged,
    PollSkipped,
    RefusalsLearnt,
    Watcher,
)
from rtu_agent.poll.access import Access
from rtu_agent.poll.acquaintance import GOOD, Acquaintance
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.device_plans import NOTHING
from rtu_agent.poll.health import SILENT, verdict
from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.probing import Probing
from rtu_agent.poll.progress import ANSWERED, Progress
from rtu_agent.poll.runner import Runner
from rtu_agent.poll.schedule import ONCE_RETRY_S, Schedule
from rtu_agent.poll.telling import Teller
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
        self._teller = Teller(asker.bus.name, schedule, watch, accept, clock)
        self._runner = Runner(asker, self._heard)
        self._acquaintance = Acquaintance(asker, self._runner, self._heard, watch, accept, clock)
        self._access = Access(asker.bus, self._devices, schedule, clock)
        self._waiting: list[Progress] = []
        """Polls of busy devices."""
        self._probed = False
        """The last to be asked was a silent device, so it is somebody else's turn."""
        self.turned_at = clock.monotonic()
        """When it last looked round for what to do, on the monotonic clock."""
        self._changes: deque[tuple[Callable[[], Awaitable[None]], asyncio.Future[None]]] = deque()

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            if self._changes:
                await self._change()
            now = self.turned_at = self._clock.monotonic()
            self._skip_overtaken(now)
            if not self._bus.opened.is_set():
                await _wait(self._bus.opened, LONGEST_REST_S)
                continue
            self._access.release(now)
            if not await self._do_something(now):
                await asyncio.sleep(max(0.0, self._next_moment(now) - now))

    def _skip_overtaken(self, now: float) -> None:
        for job in self._schedule.overtaken(now):
            self._watch(PollSkipped(self._bus.name, job.device, job.group, self._access.obstacle(job)))

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
            await self._serve(tick, now)
        else:
            return False
        return True

    def _to_probe(self, now: float) -> PolledDevice | None:
        """Return the silent device to probe now: never two in a row while others wait, and in a gap if one comes."""
        name = self._probing.due(now, self._access.blocked)
        if name is None:
            return None
        device, room_s = self._devices[name], self._schedule.room_s(now)
        fits = self._asker.probe_s(device, room_s) <= room_s
        waits = not fits and (self._probing.may_defer(now) or (self._probed and not room_s))
        return None if waits else device

    def _next_moment(self, now: float) -> float:
        moments = [
            now + LONGEST_REST_S,
            self._schedule.next_due(now),
            self._probing.next_due(now, self._access.blocked),
        ]
        moments += [self._access.next_release(now), *(progress.resume_at for progress in self._waiting)]
        return min(moments)

    # -- who comes and goes --------------------------------------------------------------------------------------------

    async def remove(self, devices: Iterable[str]) -> None:
        """Poll these devices no longer. Returns when a poll under way is over, and what they were owed is put back."""
        names = [*devices]
        await self._between_polls(lambda: self._remove(names))

    async def add(self, devices: Iterable[PolledDevice], jobs: Iterable[Job]) -> None:
        """Poll these devices as well, from now on."""
        newcomers, wanted = [*devices], [*jobs]
        await self._between_polls(lambda: self._add(newcomers, wanted))

    async def retime(self, jobs: Iterable[Job]) -> None:
        """Give these jobs, of devices that are polled already, other periods."""
        wanted = [*jobs]
        await self._between_polls(lambda: self._retime(wanted))

    async def _between_polls(self, change: Callable[[], Awaitable[None]]) -> None:
        made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changes.append((change, made))
        await made

    async def _change(self) -> None:
        while self._changes:
            change, made = self._changes.popleft()
            await change()
            if not made.done():  # who has asked for it may be gone
                made.set_result(None)

    async def _remove(self, names: list[str]) -> None:
        leaving = [self._devices[name] for name in names]
        for device in leaving:
            if device.met and device.health.online:
                await self._runner.pay(device)
        for progress in [one for one in self._waiting if one.ticks[0].job.device in names]:
            self._waiting.remove(progress)
            progress.give_up()
            self._teller.finish(self._devices[progress.ticks[0].job.device], progress)
        self._skip_overtaken(self._clock.monotonic())  # last of all, as what was said before may have taken time
        for name in names:
            self._schedule.remove(name)
            self._probing.remove(name)
            self._access.forget(name)
            del self._devices[name]

    async def _add(self, devices: list[PolledDevice], jobs: list[Job]) -> None:
        for device in devices:
            self._devices[device.name] = device
            self._probing.add(device.name, device.health)
        self._schedule.add(jobs, self._clock.monotonic())

    async def _retime(self, jobs: list[Job]) -> None:
        now = self._clock.monotonic()
        for job in jobs:
            self._schedule.retime(job, now)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _probe(self, device: PolledDevice) -> None:
        since = self._clock.monotonic()
        outcome = await self._asker.probe(device, self._schedule.room_s(since))
        self._probing.asked()
        self._charge(outcome, since)
        self._learn(device, outcome)
        if not device.health.online and outcome.kind != "port_lost":
            self._accept(device.silence(self._teller.time_ms(outcome, outcome)))

    async def _serve(self, tick: Tick, now: float) -> None:
        """Poll for a tick; a device that must be met is met first, and may turn out not to have the group at all."""
        device = self._devices[tick.job.device]
        if device.met:
            await self._poll(self._start(tick, now))
            return
        failure = await self._acquaintance.make(device)
        if failure != GOOD:
            await self._end(device, Progress(NOTHING, [tick], now, now).failed(*failure))
            return
        self._schedule.only(device.name, device.plans.groups, now)
        if device.found is not None:
            found, groups = device.found, device.plans.groups
            self._watch(DeviceRecognised(self._bus.name, device.name, found.name, groups, places_of(found)))
        if tick.job.group in device.plans.groups:
            await self._poll(self._start(tick, now))

    def _start(self, tick: Tick, now: float) -> Progress:
        """Begin a poll, and let other groups of its device ride along where that is free."""
        device, group = self._devices[tick.job.device], frozenset({tick.job.group})
        riders = device.plans.riders(group, self._schedule.companions(tick, now))
        ticks = [tick, *self._schedule.ride(device.name, riders, now)]
        give_up_at = min(one.due + (one.job.period_s or ONCE_RETRY_S) for one in ticks)
        return Progress(device.plans.poll(group | riders), ticks, now, give_up_at)

    async def _poll(self, progress: Progress) -> None:
        device = self._devices[progress.ticks[0].job.device]
        may_be_asked = device.met and device.health.online
        if may_be_asked and (kind := await self._runner.pay(device)) != "good":
            progress.fail(kind)
        elif may_be_asked and progress.plan.script is not None and progress.block is not None:
            await self._runner.poll(device, progress)
        while (block := progress.block) is not None:
            if not (device.met and device.health.online and self._asker.reachable(device)):
                progress.give_up()
                break
            outcome = await self._asker.ask(device, block)
            progress.heard(outcome)
            self._heard(device, outcome)
        if not progress.over:
            self._waiting.append(progress)
            return
        await self._end(device, progress)

    async def _end(self, device: PolledDevice, progress: Progress) -> None:
        if self._teller.finish(device, progress) in ANSWERED:
            device.health.polled()
            if device.met and not device.owed:
                await self._search(device)
        if device.owed and progress.kind == "port_lost":
            self._schedule.now(device.name, self._clock.monotonic())
        self._access.hold(device)

    async def _search(self, device: PolledDevice) -> None:
        known = device.refusals.known
        for outcome in await self._asker.search(device):
            self._learn(device, outcome)
        if device.refusals.known != known:
            refused = ", ".join(sorted(map(str, device.refusals.known)))
            self._watch(RefusalsLearnt(self._bus.name, device.name, refused))

    # -- learning ------------------------------------------------------------------------------------------------------

    def _heard(self, device: PolledDevice, outcome: Outcome) -> None:
        """Learn from an answer to a poll."""
        self._learn(device, outcome)
        if verdict(outcome) in SILENT:
            self._charge(outcome, outcome.sent_at)

    def _charge(self, outcome: Outcome, since: float) -> None:
        """Let the silent devices pay for the time that one of them took; one that answers is not silent."""
        if verdict(outcome) not in ANSWERED:
            self._probing.spent(outcome.free_at - since, outcome.ended_at)

    def _learn(self, device: PolledDevice, outcome: Outcome) -> None:
        """Let the device's health hear how it went; a device that is back is polled in full at once."""
        before, now, kind = device.health.state, self._clock.monotonic(), verdict(outcome)
        after = self._probing.heard(device.name, kind, now)
        if after == "online":
            self._schedule.release(device.name, now)
            self._schedule.now(device.name, now)
        self._access.hold(device)
        if after is not None:
            device.met = device.met and not (before == "offline" and device.must_be_met)
            self._accept(device.remarks.became(after, kind, self._teller.time_ms(outcome, outcome)))
            self._watch(DeviceStateChanged(self._bus.name, device.name, before, after, kind))


async def _wait(event: asyncio.Event, at_most_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), at_most_s)
