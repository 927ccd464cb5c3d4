"""Which devices of a bus may be polled now, and what keeps the others from it."""

from collections.abc import Mapping
from math import inf

from rtu_agent.bus.contract import AnyBus
from rtu_agent.clock import Clock
from rtu_agent.events import SkipReason
from rtu_agent.poll.job import Job
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.schedule import Schedule


class Access:
    """One bus.

    Args:
        bus: knows who may still answer an earlier request.
        devices: by name.
        schedule: holds who may not be polled.
        clock: monotonic.
    """

    def __init__(self, bus: AnyBus, devices: Mapping[str, PolledDevice], schedule: Schedule, clock: Clock) -> None:
        self._bus = bus
        self._devices = devices
        self._schedule = schedule
        self._clock = clock
        self._barred: set[str] = set()
        """Held until they have answered an earlier request, or will not, or until their drivers have rested."""

    def blocked(self, name: str) -> float | None:
        """Return until when a device must not be asked anything, because it may still answer an earlier request."""
        return self._bus.quarantined_until(self._devices[name].unit)

    def barred(self, name: str) -> float | None:
        """Return until when a device is not polled: it may answer late, or its driver rests."""
        untils = self.blocked(name), self._devices[name].trust.rests_until(self._clock.monotonic())
        return max((until for until in untils if until is not None), default=None)

    def obstacle(self, job: Job) -> SkipReason:
        """Return what kept a device from being polled."""
        device = self._devices[job.device]
        if not self._bus.opened.is_set():
            return "port_down"
        if not device.health.online:
            return "offline"
        if device.trust.rests_until(self._clock.monotonic()) is not None:
            return "driver"
        return "overload" if self.blocked(job.device) is None else "quarantine"

    def hold(self, device: PolledDevice) -> None:
        """Let nobody poll a device that is silent, rests, or may still answer an earlier request."""
        if self.barred(device.name) is not None:
            self._barred.add(device.name)
        if device.name in self._barred or not device.health.online:
            self._schedule.hold(device.name)

    def release(self, now: float) -> None:
        """Let those be polled again whose time has come."""
        for name in [name for name in self._barred if self.barred(name) is None]:
            self._barred.remove(name)
            if self._devices[name].health.online:
                self._schedule.release(name, now)

    def forget(self, device: str) -> None:
        """A device is polled no longer."""
        self._barred.discard(device)

    def next_release(self, now: float) -> float:
        """Return when the next device may be polled again; `inf` when none is barred."""
        return min((self.barred(name) or now for name in self._barred), default=inf)
