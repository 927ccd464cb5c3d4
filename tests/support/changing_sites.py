"""A site on two lines that is changed while it runs: what stands in its file, and an agent in this process."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from rtu_agent.app import Agent
from rtu_agent.app.loading import Loader
from rtu_agent.app.reload import VERDICT_FILE, Source
from rtu_agent.app.verdict import Verdict
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, PollFinished, PollSkipped, PortOpened, Watchers
from rtu_agent.forecast import forecast
from support.truth_slave import TruthSlave

MAP = """
driver: test.truth
kind: truth
description: registers that say where they are
source: written for this test
table: holding
type: u16
points:
  at_10: {at: 10, group: fast, vendor_specific: true}
  at_20: {at: 20, group: normal, vendor_specific: true}
"""
INTERVAL_S = 0.1


@dataclass
class SiteText:
    """What the file says; change it and write it again."""

    folder: Path
    devices: dict[str, dict[str, object]] = field(default_factory=dict)
    buses: dict[str, dict[str, object]] = field(default_factory=dict)
    outputs: dict[str, dict[str, object]] = field(default_factory=lambda: {"sqlite": {"directory": "data"}})
    more: str = 'http: {listen: "127.0.0.1:0"}\n'

    def __post_init__(self) -> None:
        (self.folder / "truth.yaml").write_text(MAP)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder / "devices.yaml"

    def bus(self, name: str, **settings: object) -> None:
        """Have a bus whose line is called like it."""
        self.buses[name] = {"port": str(self.folder / name), "baudrate": 115200, "timeout": "200ms", **settings}

    def device(self, name: str, bus: str, unit: int, **settings: object) -> None:
        """Have a device of the map."""
        about = {"bus": bus, "unit": unit, "driver": "./truth.yaml", "interval": f"{INTERVAL_S * 1000:.0f}ms"}
        self.devices[name] = about | settings

    def write(self, more: str = "") -> None:
        """Write the file, as an editor does: a new one in the place of the old."""
        draft = self.folder / "draft"
        devices = "".join(f"  - {_flow({'name': name, **about})}\n" for name, about in self.devices.items())
        parts = ["version: 1\nsite: test\n", _section("buses", self.buses), f"devices:\n{devices}"]
        draft.write_text("".join([*parts, _section("outputs", self.outputs), self.more, more]))
        draft.replace(self.path)


def _section(name: str, entries: Mapping[str, Mapping[str, object]]) -> str:
    return f"{name}:\n" + "".join(f"  {key}: {_flow(about)}\n" for key, about in entries.items())


def _flow(about: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in about.items()) + "}"


class Running:
    """An agent, and everything that happens to it."""

    def __init__(self, agent: Agent, site: SiteText) -> None:
        self.agent = agent
        self.site = site
        self.said: list[Event] = []
        self.fates: Counter[tuple[str, str]] = Counter()
        self.times: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def __call__(self, event: Event) -> None:
        """Remember an event, but for those that come by the thousand."""
        if isinstance(event, PollFinished):
            self.fates[event.device, event.outcome] += 1
            self.times[event.device, event.group].append(event.record.time_ms)
        elif isinstance(event, PollSkipped):
            self.fates[event.device, event.reason] += 1
        if not type(event).__name__.startswith(("Transaction", "LoopLagged")):
            self.said.append(event)

    def opened(self, bus: str) -> int:
        """Return how often the port of a bus was opened."""
        return sum(isinstance(event, PortOpened) and event.bus == bus for event in self.said)

    async def reload(self) -> Verdict:
        """Read the file anew, as it was written by then, and return what came of it."""
        began_s, path = time.monotonic(), self.agent.loaded.site.state / VERDICT_FILE
        self.agent.reload()
        async with asyncio.timeout(30):
            while True:
                if path.exists() and (verdict := Verdict.from_text(path.read_text())).began_s >= began_s:
                    return verdict
                await asyncio.sleep(0.005)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    def scrape(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Return all samples of the metrics."""
        families = text_string_to_metric_families(self.agent.exposition())
        return {
            (sample.name.removeprefix("rtu_agent_"), tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }

    def names(self, label: str) -> set[str]:
        """Return the values of a label that are exposed."""
        return {value for _, pairs in self.scrape() for key, value in pairs if key == label}


def assert_accounts_add_up(samples: Mapping[tuple[str, tuple[tuple[str, str], ...]], float]) -> None:
    """Every poll of every bus is good, failed or skipped."""
    scheduled: dict[str, float] = {}
    fates: Counter[str] = Counter()
    for (name, labels), value in samples.items():
        if name == "polls_scheduled_total":
            scheduled[dict(labels)["bus"]] = value
        elif name in ("polls_good_total", "polls_failed_total", "polls_skipped_total"):
            fates[dict(labels)["bus"]] += int(value)
    assert scheduled
    assert scheduled == dict(fates)


@asynccontextmanager
async def running(site: SiteText, lines: Mapping[str, TruthSlave], *, watched: bool = False) -> AsyncIterator[Running]:
    """Write the file and run its agent on these lines, plugged."""
    site.write()
    for line in lines.values():
        line.plug()
    loader, watchers = Loader(), Watchers()
    loaded = loader.load(site.path)
    source = Source(site.path, loader, lambda bus, site: forecast(bus, site, None).objection, watched)
    agent = Agent(loaded.site, loaded.driver_of, loaded.output_types, watchers, SystemClock(), source=source)
    running = Running(agent, site)
    watchers.add(running)
    stop = asyncio.Event()
    task = asyncio.create_task(agent.run(stop))
    try:
        await running.until(lambda: task.done() or any(fate == "good" for _, fate in running.fates))
        assert not task.done(), task
        yield running
        assert not task.done(), task
    finally:
        stop.set()
        await task
        for line in lines.values():
            line.unplug()
