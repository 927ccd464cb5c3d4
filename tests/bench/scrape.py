"""What a scrape of the largest site costs, and how late its event loop comes while it is scraped."""

import asyncio
import statistics
import time
import urllib.request
from collections.abc import Callable

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bench.kit.wire import quantile
from rtu_agent.clock import SystemClock
from rtu_agent.telemetry.http import serve
from rtu_agent.telemetry.http_app import Finding, make_app
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.roster import Roster, RosterDevice

BUSES, UNITS = 32, 247
REPEATS = 9
TICK_S = 0.005
SECONDS = 10.0
AGENT = "the agent's"
PAGE = """\
## A scrape of the largest site

{buses} buses with {units} devices each: {lines:,} lines, {size:.1f} MB. Processor time of making them, the median of
{repeats}, beside the same series as prometheus-client's own objects:

| metrics | processor time | ratio |
| --- | ---: | ---: |"""
LOOP = """
How late an event loop wakes that has nothing else to do, while such a site is scraped by a client in the same process,
{seconds:.0f} s each; the client takes a share of the delay:

| scraped | median | 99 % | longest |
| --- | ---: | ---: | ---: |"""


def ours() -> CollectorRegistry:
    """Return the metrics of the agent for such a site."""
    buses = tuple(f"bus{bus}" for bus in range(BUSES))
    devices = tuple(
        RosterDevice(f"{bus}-unit{unit}", bus, "generic.xy_md02", "environment")
        for bus in buses
        for unit in range(1, UNITS + 1)
    )
    registry = CollectorRegistry()
    Metrics(registry, Roster("bench", buses, devices, ("influxdb",)), SystemClock())
    return registry


def plain(model: CollectorRegistry) -> CollectorRegistry:
    """Return the same families with the same series, each an object of prometheus-client."""
    registry = CollectorRegistry()
    for metric in model.collect():
        labels = {tuple(v for k, v in sample.labels.items() if k != "le") for sample in metric.samples}
        names = [name for name in (metric.samples[0].labels if metric.samples else ()) if name != "le"]
        kind = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}[metric.type]
        bounds = sorted({float(sample.labels["le"]) for sample in metric.samples if "le" in sample.labels})
        more = {"buckets": bounds} if bounds else {}
        family = kind(metric.name, metric.documentation, names, registry=registry, **more)
        for values in labels if names else ():
            family.labels(*values)
    return registry


def cost_s(registry: CollectorRegistry) -> float:
    """Return the processor time of one exposition."""
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        generate_latest(registry)
        taken.append(time.process_time() - started)
    return statistics.median(taken)


async def lateness_s(scrape: Callable[[], object] | None) -> list[float]:
    """Return how late a loop comes that wants to wake every few milliseconds, scraped once a second or not at all."""
    late: list[float] = []
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    next_scrape = loop.time()
    while (now := loop.time()) < end:
        if scrape is not None and now >= next_scrape:
            next_scrape += 1.0
            _ = loop.run_in_executor(None, scrape)
        await asyncio.sleep(TICK_S)
        late.append(loop.time() - now - TICK_S)
    return late


def main() -> None:
    """Print the section."""
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's gap
    registry = ours()
    model = plain(registry)
    size, lines = len(generate_latest(registry)), generate_latest(registry).count(b"\n")
    costs = {AGENT: cost_s(registry), "prometheus-client's own objects": cost_s(model)}
    server = serve("127.0.0.1:0", make_app(registry, lambda: Finding(ok=True), lambda: Finding(ok=True)))
    try:

        def scrape() -> object:
            with urllib.request.urlopen(f"http://{server.address}/metrics", timeout=10) as reply:
                return reply.read()

        idle, scraped = asyncio.run(lateness_s(None)), asyncio.run(lateness_s(scrape))
    finally:
        server.stop()
    print(PAGE.format(buses=BUSES, units=UNITS, lines=lines, size=size / 1e6, repeats=REPEATS))
    for name, seconds in costs.items():
        print(f"| {name} | {1e3 * seconds:.0f} ms | {seconds / costs[AGENT]:.2f} |")
    print(LOOP.format(seconds=SECONDS))
    for name, late in {"no": idle, "once a second": scraped}.items():
        figures = statistics.median(late), quantile(late, 0.99), max(late)
        print(f"| {name} | {' | '.join(f'{1e3 * figure:.1f} ms' for figure in figures)} |")


if __name__ == "__main__":
    main()
