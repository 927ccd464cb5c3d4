"""What happened on a bus in the last minutes: the difference between now and a mark of then."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rtu_agent.telemetry.live import share
from rtu_agent.telemetry.views import BusView, Mark, Snapshot

WINDOWS_S: Final[Mapping[str, float]] = {"1m": 60.0, "5m": 300.0, "60m": 3600.0}
"""The windows that are told, by name, seconds."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One bus in one window; while the agent is younger than the window, since its start."""

    transactions: int
    busy: float
    """Share of the time in which it was held by transactions, 0 to 1."""
    troubles: Mapping[str, int]
    """By kind, what went wrong on the wire; only what did."""
    worst_lag_s: float


def trends(snapshot: Snapshot, bus: BusView) -> dict[str, Trend]:
    """Return what happened on a bus, by window."""
    return {name: _trend(snapshot, bus, seconds) for name, seconds in WINDOWS_S.items()}


def _trend(snapshot: Snapshot, bus: BusView, window_s: float) -> Trend:
    place, mark = _mark_before(snapshot.marks, snapshot.now_s - window_s)
    before = mark.buses.get(bus.name, BusView(bus.name))
    later = [other.buses[bus.name] for other in snapshot.marks[place + 1 :] if bus.name in other.buses]
    grown = {kind: count - before.troubles.get(kind, 0) for kind, count in bus.troubles.items()}
    return Trend(
        transactions=bus.transactions - before.transactions,
        busy=share(bus.busy_s - before.busy_s, snapshot.now_s - mark.at_s),
        troubles={kind: count for kind, count in sorted(grown.items()) if count},
        worst_lag_s=max(view.worst_lag_s for view in (*later, bus)),
    )


def _mark_before(marks: Sequence[Mark], moment_s: float) -> tuple[int, Mark]:
    """Return the latest mark that is not after a moment, the oldest of all where there is none, and its place."""
    place = max(0, bisect_right(marks, moment_s, key=lambda mark: mark.at_s) - 1)
    return place, marks[place]
