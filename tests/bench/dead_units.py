"""What silent units cost the living ones of their bus, and how soon one that comes back is polled again."""

import asyncio
from collections import defaultdict
from itertools import pairwise
from statistics import median

from bench.kit.plant import meter, poller_of
from bench.kit.priority import take_priority
from bench.kit.wire import Wires, lateness, quantile, wires
from rtu_agent.bus.factory import make_simulated_bus
from rtu_agent.clock import SystemClock
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record
from rtu_agent.events import Watchers
from rtu_agent.poll.patience import Patience
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(9600)
UNITS = range(1, 11)
TIMEOUT_S = 0.5
INTERVAL_S = 1.0
SETTLE_S = 20.0
DEAD_S = 80.0
ALIVE_S = 75.0
PRIORITY = 20

Good = dict[int, list[float]]


async def poll(port: str, good: Good) -> None:
    """Poll one bus until cancelled; note when each unit was polled well."""
    clock, patience = SystemClock(), Patience(TIMEOUT_S)

    def accept(record: Record) -> None:
        if record.quality is RecordQuality.GOOD and record.series.measurement == "meter":
            good[int(record.series.device)].append(clock.monotonic())

    bus = make_simulated_bus("b", port, LINE, Watchers(patience), clock, timeout_s=TIMEOUT_S)
    poller = poller_of(bus, meter(5), UNITS, LINE, INTERVAL_S, patience, lambda _: None, accept, clock)
    await asyncio.gather(bus.run(), poller.run())


async def watch(played: Wires, good: list[Good]) -> tuple[float, float]:
    """Let wire n have n dead units for a while; return when that began to count and when they came back."""
    for dead in range(len(good)):
        played.silence(dead, range(1, dead + 1))
    running = [asyncio.create_task(poll(port, good[wire])) for wire, port in enumerate(played.ports)]
    clock = SystemClock()
    await asyncio.sleep(SETTLE_S)
    since = clock.monotonic()
    await asyncio.sleep(DEAD_S)
    for dead in range(len(good)):
        played.silence(dead, ())
    revived = clock.monotonic()
    await asyncio.sleep(ALIVE_S)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return since, revived


def staleness(good: Good, units: range, since: float, until: float) -> float:
    """Return the 99th percentile of the times between two good polls."""
    return quantile([b - a for unit in units for a, b in pairwise(good[unit]) if since < b < until], 0.99)


def main() -> None:
    """Measure ten wires at a time."""
    take_priority(PRIORITY)
    good: list[Good] = [defaultdict(list) for _ in UNITS]
    with wires([LINE] * len(good), handover_s=0.002) as played:
        since, revived = asyncio.run(watch(played, good))
    print("## Dead units\n\n" + (__doc__ or "") + INTRODUCTION)
    print(f"The wires were late by {lateness(played.traces)}.\n")
    print("| dead | p99 staleness of the living, s | to healthy | revived: soonest, s | median | last | not yet |")
    print("|---|---|---|---|---|---|---|")
    healthy = staleness(good[0], range(1, 11), since, revived)
    for dead, mine in enumerate(good):
        stale = staleness(mine, range(dead + 1, 11), since, revived)
        back = [next((at - revived for at in mine[unit] if at > revived), None) for unit in range(1, dead + 1)]
        came = sorted(after for after in back if after is not None)
        again = f"{came[0]:.1f} | {median(came):.1f} | {came[-1]:.1f}" if came else "| |"
        print(f"| {dead} | {stale:.3f} | {stale / healthy:.2f} | {again} | {len(back) - len(came)} |")


INTRODUCTION = f"""
Ten units on a bus of 9600 baud, five values each, polled every second, timeout 500 ms; ten such buses in one process,
the first without dead units, the last with nine. Staleness is the time between two good polls of one unit. The dead
are dead from the start; {DEAD_S:g} s are measured after {SETTLE_S:g} s. Then all come back, and it is measured how
long it takes until each has been polled in full; who was dead for long is probed once a minute at least.
"""

if __name__ == "__main__":
    main()
