"""Tells every tick of a poll its fate, makes its record, and holds the driver to account for both."""

from collections.abc import Callable

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.text import in_words
from rtu_agent.events import (
    CountersRestarted,
    DriverFailed,
    DriverQuarantined,
    DriverRecovered,
    OutcomeKind,
    PollFinished,
    Watcher,
)
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.progress import Progress
from rtu_agent.poll.schedule import Schedule
from rtu_agent.poll.trust import SLOW_S
from rtu_agent.protocol.outcome import Outcome


class Teller:
    """One bus.

    Args:
        bus: its name.
        schedule: is told what became of its ticks.
        watch: who is told what happens.
        accept: takes every record.
        clock: monotonic, and wall for the records' time.
    """

    def __init__(
        self, bus: str, schedule: Schedule, watch: Watcher, accept: Callable[[Record], None], clock: Clock
    ) -> None:
        self._bus = bus
        self._schedule = schedule
        self._watch = watch
        self._accept = accept
        self._clock = clock

    def finish(self, device: PolledDevice, progress: Progress) -> OutcomeKind:
        """Hand out the record of a poll that is over; return how it ended."""
        record, kind = self._record(device, progress)
        now = self._clock.monotonic()
        self._tell_mistakes(device)
        self._tell_restarts(device, record.time_ms)
        self._accept(record)
        if (remark := device.remarks.about(record)) is not None:
            self._accept(remark)
        for place, tick in enumerate(progress.ticks):
            rides = place > 0
            self._schedule.finished(tick, 0.0 if rides else progress.held_s, good=kind == "good")
            lag_s, group = max(0.0, progress.started - tick.due), tick.job.group
            took_s = now - progress.started
            plan = progress.plan
            self._watch(
                PollFinished(
                    self._bus, device.name, group, kind, lag_s, took_s, record, rides, plan.groups, plan.blocks
                )
            )
        return kind

    def _tell_restarts(self, device: PolledDevice, time_ms: int) -> None:
        """Tell which counters go on from another value, before it can be subtracted from the one before."""
        if restarts := device.counters.restarted():
            for remark in device.remarks.restarted(restarts, time_ms):
                self._accept(remark)
            for cause, counters in restarts.items():
                self._watch(CountersRestarted(self._bus, device.name, cause, tuple(counters)))

    def _tell_mistakes(self, device: PolledDevice) -> None:
        """A derived point that raises costs its own value, and no other; what it raised is told all the same."""
        for field, error in device.mistakes.untold().items():
            self._watch(DriverFailed(self._bus, device.name, device.driver, f"{field}: {error}"))

    def time_ms(self, first: Outcome, last: Outcome) -> int:
        """Return the middle of the transactions on the wall clock, milliseconds since 1970."""
        return self._wall_ms((first.sent_at + last.ended_at) / 2)

    def _wall_ms(self, moment: float) -> int:
        return round((self._clock.wall() - (self._clock.monotonic() - moment)) * 1000)

    def _record(self, device: PolledDevice, progress: Progress) -> tuple[Record, OutcomeKind]:
        started = self._clock.monotonic()
        time_ms = self._wall_ms(started)
        if progress.first is not None and progress.last is not None:
            time_ms = self.time_ms(progress.first, progress.last)
        if progress.kind == "driver_failed":
            self._failed(device, progress.mistake, at_once=progress.endless)
            return device.silence(time_ms), "driver_failed"
        try:
            record = device.record(progress.plan, progress.payloads, time_ms)
        except Exception as error:  # noqa: BLE001 - a driver's mistake must not end its neighbours' polling
            self._failed(device, in_words(error))
            return device.silence(time_ms), "driver_failed"
        self._judge(device, self._clock.monotonic() - started, decoded=bool(record.series.fields))
        return record, progress.kind

    def _judge(self, device: PolledDevice, took_s: float, *, decoded: bool) -> None:
        """One that computes for too long holds up everybody; what it has computed is none the worse for it."""
        if took_s > SLOW_S:
            self._quarantine(device, f"it computes for {took_s:.2f} s, during which nobody can be asked", wholly=False)
        elif decoded and device.trust.worked():
            self._watch(DriverRecovered(self._bus, device.name, device.driver))

    def _failed(self, device: PolledDevice, mistake: str, *, at_once: bool = False) -> None:
        """A device that is another one is no mistake of its driver, and was told already; it waits all the same."""
        if mistake:
            self._watch(DriverFailed(self._bus, device.name, device.driver, mistake))
            self._quarantine(device, mistake, wholly=at_once or not device.met)

    def _quarantine(self, device: PolledDevice, mistake: str, *, wholly: bool) -> None:
        known = device.trust.lost
        rest_s = device.trust.failed(self._clock.monotonic(), wholly=wholly)
        if rest_s is not None and not known:
            self._watch(DriverQuarantined(self._bus, device.name, device.driver, mistake, rest_s))
