"""How one device is doing, and when a silent one is asked again.

    online ──a reply did not come──▶ suspect ──still none──▶ offline
       ▲                                │                       │
       └────────────── the first reply of any kind ─────────────┘

Only an online device is polled. A suspect or offline one is probed: one smallest read, never a full poll, after pauses
that grow from 1 s to 60 s. An exception reply is a reply: the device said no, so it is there. A lost port or a busy
line says nothing about the device.

All silent devices of a bus share one budget of its time, so that their neighbours do not notice them.
"""

from typing import Final

from rtu_agent.events import DeviceState, OutcomeKind

SILENT: Final[frozenset[OutcomeKind]] = frozenset({"no_reply", "foreign", "ambiguous"})
"""Nobody is known to have answered."""
DAMAGED_IN_A_ROW: Final = 3
"""A device whose replies are damaged is there; one whose replies are always damaged is not reached."""
PROBES_BEFORE_OFFLINE: Final = 2
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
PROBE_SHARE: Final = 0.05


class Health:
    """One device. All times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self.state: DeviceState = "online"
        self._damaged = 0
        self._failed_probes = 0
        self._probe_at = 0.0

    @property
    def online(self) -> bool:
        """True while the device is polled."""
        return self.state == "online"

    @property
    def probe_at(self) -> float:
        """When the next probe of a device that is not online is due."""
        return self._probe_at

    @property
    def probes(self) -> int:
        """Probes that failed in a row."""
        return self._failed_probes

    def heard(self, kind: OutcomeKind, now: float) -> DeviceState | None:
        """Take how a transaction ended; return the new state if it changed."""
        if kind in ("good", "exception"):
            self._damaged = 0
            return self._become("online")
        if kind == "damaged":
            self._damaged += 1
            if not self.online or self._damaged >= DAMAGED_IN_A_ROW:
                return self._fail(now)
        if kind in SILENT:
            return self._fail(now)
        return None

    def _fail(self, now: float) -> DeviceState | None:
        if self.online:
            self._failed_probes = 0
            self._probe_at = now
            return self._become("suspect")
        self._failed_probes += 1
        self._probe_at = now + min(FIRST_PAUSE_S * 2.0 ** min(self._failed_probes - 1, 10), LONGEST_PAUSE_S)
        return self._become("offline") if self._failed_probes >= PROBES_BEFORE_OFFLINE else None

    def _become(self, state: DeviceState) -> DeviceState | None:
        if state == self.state:
            return None
        self.state = state
        return state


class ProbeBudget:
    """The share of a bus's time that its silent devices may use together.

    Unused time is saved up for one long probe, and a probe may overdraw; then all wait until the debt is paid.
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
        self._saved_s = min(self._most_s, self._saved_s + (now - self._at) * self._share)
        self._at = now
