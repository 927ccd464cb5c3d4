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
    """One bus in one window; while the bus is younger than the window, since it is there."""

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
    before = _then(mark, bus) or BusView(bus.name)
    later = [then for other in snapshot.marks[place + 1 :] if (then := _then(other, bus))]
    grown = {kind: count - before.troubles.get(kind, 0) for kind, count in bus.troubles.items()}
    return Trend(
        transactions=bus.transactions - before.transactions,
        busy=share(bus.busy_s - before.busy_s, snapshot.now_s - max(mark.at_s, bus.began_s)),
        troubles={kind: count for kind, count in sorted(grown.items()) if count},
        worst_lag_s=max(view.worst_lag_s for view in (*later, bus)),
    )


def _then(mark: Mark, bus: BusView) -> BusView | None:
    """Return the bus as it was at a mark; None if it was not there yet."""
    # A mark of the moment in which it began is older: the bus in it had the name before.
    return mark.buses.get(bus.name) if mark.at_s > bus.began_s else None


def _mark_before(marks: Sequence[Mark], moment_s: float) -> tuple[int, Mark]:
    """Return the latest mark that is not after a moment, the oldest of all where there is none, and its place."""
    place = max(0, bisect_right(marks, moment_s, key=lambda mark: mark.at_s) - 1)
    return place, marks[place]
