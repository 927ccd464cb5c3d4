"""How one device is doing, and when a silent one is asked again.

    online ──a reply did not come──▶ suspect ──still none──▶ offline
       ▲                                │                       │
       └────────────── the first reply of any kind ─────────────┘

Only an online device is polled. A suspect or offline one is probed: one smallest read, never a full poll, after pauses
that grow from 1 s to 60 s. An exception reply is a reply: the device said no, so it is there. Only a gateway that says
that nobody answered it speaks for itself. A lost port or a busy line says nothing about the device.

A device may answer probes and then not its polls. Each such relapse counts as a failed probe, so the pauses grow all
the same; they begin anew when a poll was answered to its end.
"""

from typing import Final

from rtu_agent.events import DeviceState, OutcomeKind
from rtu_agent.protocol.outcome import Outcome

SILENT: Final[frozenset[OutcomeKind]] = frozenset({"no_reply", "foreign", "ambiguous"})
"""Nobody is known to have answered."""
GATEWAY_TROUBLE: Final = frozenset({0x0A, 0x0B})
"""Exceptions in which a gateway says that it has no path to the device, or that the device did not answer."""
DAMAGED_IN_A_ROW: Final = 3
"""A device whose replies are damaged is there; one whose replies are always damaged is not reached."""
PROBES_BEFORE_OFFLINE: Final = 2
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0


def verdict(outcome: Outcome) -> OutcomeKind:
    """Return what a transaction says about the device."""
    return "no_reply" if outcome.exception_code in GATEWAY_TROUBLE else outcome.kind


class Health:
    """One device. All times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self.state: DeviceState = "online"
        self.proven = True
        """False from a loss until a poll was answered to its end."""
        self.asked = 0
        """Probes since the last reply."""
        self._damaged = 0
        self._failures = 0
        self._probe_at = 0.0

    @property
    def online(self) -> bool:
        """True while the device is polled."""
        return self.state == "online"

    @property
    def probe_at(self) -> float:
        """When the next probe of a device that is not online is due."""
        return self._probe_at

    def heard(self, kind: OutcomeKind, now: float) -> DeviceState | None:
        """Take the verdict of a transaction; return the new state if it changed."""
        if kind in ("good", "exception"):
            self._damaged = self.asked = 0
            return self._become("online")
        if kind == "damaged":
            self._damaged += 1
            if not self.online or self._damaged >= DAMAGED_IN_A_ROW:
                return self._fail(now)
        if kind in SILENT:
            return self._fail(now)
        return None

    def polled(self) -> None:
        """A poll was answered to its end."""
        self.proven = True
        self._failures = 0

    def wake(self, now: float) -> None:
        """Let the next probe be due at once: what kept everybody silent has ended."""
        self._probe_at = min(self._probe_at, now)

    def _fail(self, now: float) -> DeviceState | None:
        first = self.online and self.proven
        self.asked += not self.online
        self.proven = False
        self._failures += not first
        pause_s = FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 10)
        self._probe_at = now if first else now + min(pause_s, LONGEST_PAUSE_S)
        return self._become("offline" if self._failures >= PROBES_BEFORE_OFFLINE else "suspect")

    def _become(self, state: DeviceState) -> DeviceState | None:
        if state == self.state:
            return None
        self.state = state
        return state
