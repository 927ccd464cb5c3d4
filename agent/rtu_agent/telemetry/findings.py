"""Whether the agent lives, and whether it has begun its work. Pure.

It lives while its event loop turns and the worker of every bus comes round. A dead device or database is no reason to
restart, so neither counts here; an output that fails makes a ready agent a degraded one, and no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.views import Snapshot

STUCK_S: Final = 10.0
"""How long the loop may be silent, and every worker at least."""
TIMEOUTS: Final = 3
"""How many of the longest timeouts on its bus a worker may be silent."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to `is it healthy?` or `is it ready?`."""

    ok: bool
    details: Mapping[str, object] = field(default_factory=dict)
    """What else there is to say; anything that JSON can write."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Whoever polls one bus."""

    bus: str
    alive_at: float
    """When it last did something, or looked for something to do, monotonic seconds."""
    longest_timeout_s: float
    """The longest that any device of the bus is waited for."""


def health(ticked_at: float, workers: Iterable[Worker], now: float) -> Finding:
    """Return whether the agent lives; `ticked_at` is when its loop has turned, monotonic as `now`."""
    silent_s = now - ticked_at
    stuck = [one.bus for one in workers if now - one.alive_at > max(STUCK_S, TIMEOUTS * one.longest_timeout_s)]
    return Finding(silent_s < STUCK_S and not stuck, {"loop_silent_s": round(silent_s, 3), "stuck_buses": stuck})


def readiness(snapshot: Snapshot) -> Finding:
    """Return whether it has begun its work: every port was open once, and the spool takes records."""
    waiting = [bus.name for bus in snapshot.buses if not bus.was_open]
    failing = [output.name for output in snapshot.outputs if output.problem]
    details = {
        "degraded": bool(failing),
        "waiting_for_ports": waiting,
        "failing_outputs": failing,
        "spool": printable(snapshot.spool_problem) or None,
    }
    return Finding(not waiting and not snapshot.spool_problem, details)
