"""What a site of many buses takes of the machine, and how late its polls are."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from bench.kit.priority import take_priority
from bench.kit.wire import Wires, quantile, wires
from rtu_agent.app import Agent, load
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, PollFinished, PollSkipped, Watchers
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(19200)
BUSES = (8, 16, 32)
UNITS = 30
INTERVAL_S = 1
SETTLE_S = 12.0
SECONDS = 20.0
HANDOVER_S = 0.004
"""As a UART does that calls every eight bytes or so."""
PRIORITY = 20


def site_of(buses: int, folder: Path) -> Path:
    """Write a site with so many buses of 30 thermometers."""
    lines = ["version: 1", "site: bench", f"state: {folder / 'state'}", 'http: {listen: "127.0.0.1:0"}', "buses:"]
    lines += [f"  b{number}: {{port: /dev/ttyS{number}, baudrate: {LINE.baudrate}}}" for number in range(buses)]
    lines += ["outputs:", f"  sqlite: {{directory: {folder / 'data'}}}", "devices:"]
    lines += [
        f'  - {{name: "b{number}-{{unit}}", bus: b{number}, unit: 1-{UNITS}, driver: generic.xy_md02, '
        f"interval: {INTERVAL_S}s}}"
        for number in range(buses)
    ]
    path = folder / "devices.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def work(config: Path, ports: dict[str, str]) -> dict[str, float]:
    """Run the agent on these ports; return what it took and how it went."""
    loaded, watchers, lags, fates = load(config), Watchers(), list[float](), Counter[str]()

    def note(event: Event) -> None:
        if isinstance(event, PollFinished) and not event.rider:
            lags.append(event.lag_s)
            fates[event.outcome] += 1
        elif isinstance(event, PollSkipped):
            fates[f"skipped: {event.reason}"] += 1

    watchers.add(note)
    stop = asyncio.Event()
    agent = Agent(loaded.site, loaded.driver_of, loaded.output_types, watchers, SystemClock(), ports)
    running = asyncio.create_task(agent.run(stop))
    await asyncio.sleep(SETTLE_S)
    lags.clear()
    fates.clear()
    started, cpu = time.monotonic(), time.process_time()
    await asyncio.sleep(SECONDS)
    took_s, cpu_s = time.monotonic() - started, time.process_time() - cpu
    told = {
        "polls": len(lags) / took_s,
        "cpu": cpu_s / took_s,
        "rss_mib": resident_mib(),
        "lag_median_s": median(lags),
        "lag_p99_s": quantile(lags, 0.99),
        "failed": float(sum(count for fate, count in fates.items() if fate != "good")) / took_s,
    }
    stop.set()
    await running
    return told


def resident_mib() -> float:
    """Return what of this process is in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(buses: int) -> tuple[dict[str, float], Wires, float]:
    """Run the agent in a process of its own; return what it tells, the wires, and the seconds they were played."""
    with tempfile.TemporaryDirectory() as folder:
        config, started = site_of(buses, Path(folder)), time.monotonic()
        with wires([LINE] * buses, handover_s=HANDOVER_S) as played:
            ports = {f"b{number}": port for number, port in enumerate(played.ports)}
            command = [sys.executable, "-m", "bench.many_buses", str(config), json.dumps(ports)]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        return json.loads(told), played, time.monotonic() - started


def main() -> None:
    """Measure and print."""
    print("## Many buses in one process\n\n" + (__doc__ or "") + INTRODUCTION)
    print(
        "| buses | units | polls a second | not good a second | CPU of the agent, of a core | CPU for a poll, µs | "
        "RSS, MiB | polls late by, ms: median | 99 of 100 | CPU of the wires | wires late by, 99 of 100, ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for buses in BUSES:
        told, played, seconds = measure(buses)
        late_s = quantile([late for trace in played.traces for late in trace.lateness_s], 0.99)
        print(
            f"| {buses} | {buses * UNITS} | {told['polls']:.0f} | {told['failed']:.1f} | {told['cpu']:.0%} | "
            f"{1e6 * told['cpu'] / told['polls']:.0f} | {told['rss_mib']:.0f} | {1e3 * told['lag_median_s']:.1f} | "
            f"{1e3 * told['lag_p99_s']:.1f} | {played.cpu_s / seconds:.0%} | {1e3 * late_s:.1f} |",
            flush=True,
        )


INTRODUCTION = f"""
The whole agent with metrics, health, SQLite output: buses of {LINE.baudrate} baud with {UNITS} thermometers each,
which are polled every {INTERVAL_S} s. {SECONDS:g} s are measured after {SETTLE_S:g} s. A poll is late by the time
from its tick to its start, so it also waits for the others of its bus. The wires of all buses are played by one other
process.
"""

if __name__ == "__main__":
    if sys.argv[1:]:
        take_priority(PRIORITY)
        print(json.dumps(asyncio.run(work(Path(sys.argv[1]), json.loads(sys.argv[2])))))
    else:
        main()
