"""Which of the silent devices of a bus is probed, and when.

All of them share one budget of the bus's time, so that their neighbours do not notice them. Unused time is saved up for
two probes of half a second, and a probe may overdraw; then all wait until the debt is paid. A probe that is due waits
some time for a gap between polls that is long enough. Where nobody is online there are no neighbours: nothing is
charged, and only the pauses of `health` count. When the first of a bus comes back on which all were silent, it was the
line and not the devices, so the others are probed at once.
"""

from collections.abc import Callable, MutableMapping
from math import inf
from typing import Final

from rtu_agent.events import DeviceState, OutcomeKind
from rtu_agent.poll.health import Health

PROBE_SHARE: Final = 0.05

LONGEST_DEFERRAL_S: Final = 1.0
"""How long a probe that is due waits for a gap between polls that it fits in."""

Blocked = Callable[[str], float | None]
"""Says until when a device must not be asked, or None."""


class Probing:
    """The devices of one bus.

    Args:
        healths: how each device is doing, by name; devices come and go.
        now: the time.
    """

    def __init__(self, healths: MutableMapping[str, Health], now: float) -> None:
        self._healths = healths
        self._silent: dict[str, Health] = {}
        self._budget = ProbeBudget(now)
        self._due_since: float | None = None

    def heard(self, device: str, kind: OutcomeKind, now: float) -> DeviceState | None:
        """Take the verdict of a transaction with a device; return its new state if it changed."""
        health = self._healths[device]
        all_silent = self._nobody_online
        changed = health.heard(kind, now)
        if health.online:
            self._silent.pop(device, None)
            if all_silent:
                for other in self._silent.values():
                    other.wake(now)
        else:
            self._silent[device] = health
        return changed

    def asked(self) -> None:
        """The device that was due is being probed; the next one may wait anew."""
        self._due_since = None

    def add(self, device: str, health: Health) -> None:
        """Look after one device more."""
        self._healths[device] = health

    def remove(self, device: str) -> None:
        """Look after a device no longer."""
        del self._healths[device]
        self._silent.pop(device, None)

    def spent(self, seconds: float, now: float) -> None:
        """A silent device has held the bus for `seconds`."""
        if not self._nobody_online:
            self._budget.spend(seconds, now)

    def due(self, now: float, blocked: Blocked) -> str | None:
        """Return the silent device that has waited longest, if one may be probed now."""
        device = self._longest_waiting(now, blocked)
        if device is None:
            self._due_since = None
        elif self._due_since is None:
            self._due_since = now
        return device

    def _longest_waiting(self, now: float, blocked: Blocked) -> str | None:
        if not self._silent or not (self._nobody_online or self._budget.ready_at(now) <= now):
            return None
        due = sorted((health.probe_at, name) for name, health in self._silent.items() if health.probe_at <= now)
        return next((name for _, name in due if blocked(name) is None), None)

    def may_defer(self, now: float) -> bool:
        """Return whether the probe that is due may still wait for a better moment."""
        return self._due_since is not None and now < self._due_since + LONGEST_DEFERRAL_S

    def next_due(self, now: float, blocked: Blocked) -> float:
        """Return when the next probe is due, or may be deferred no longer; `inf` when nobody is silent."""
        if not self._silent:
            return inf
        if self._due_since is not None:
            return self._due_since + LONGEST_DEFERRAL_S
        soonest = min(max(health.probe_at, blocked(name) or now) for name, health in self._silent.items())
        return soonest if self._nobody_online else max(soonest, self._budget.ready_at(now))

    @property
    def _nobody_online(self) -> bool:
        return len(self._silent) == len(self._healths)


class ProbeBudget:
    """A share of time that can be saved up and overdrawn.

    Args:
        now: the time.
        share: of all time.
        saved_s: the most that is saved up, seconds.
    """

    def __init__(self, now: float, *, share: float = PROBE_SHARE, saved_s: float = 1.0) -> None:
        self._share = share
        self._most_s = saved_s
        self._saved_s = saved_s
        self._at = now

    def ready_at(self, now: float) -> float:
        """Return when a probe may start, which is `now` while the budget is not overdrawn."""
        self._earn(now)
        return now if self._saved_s >= 0 else now - self._saved_s / self._share

    def spend(self, seconds: float, now: float) -> None:
        """A probe held the bus for `seconds`."""
        self._earn(now)
        self._saved_s -= seconds

    def _earn(self, now: float) -> None:
        self._saved_s = min(self._most_s, self._saved_s + max(0.0, now - self._at) * self._share)
        self._at = now
