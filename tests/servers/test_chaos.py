"""An independent judge: the agent as its user starts it, two real databases, and everything that goes wrong at once.

Databases are killed, stopped, slowed and restarted at random while the agent is killed at random and its disk is full
at times. A witness reads every commit to the spool from outside. In the end each database has exactly these records,
value by value, minus the dead letters with their reasons; every rollup has as many records as were committed in its
window; and the spool never outgrew its bound, although one output takes nothing at all. On one of the buses the values
say which reply they are of: what is committed, and so what is stored, is what was told on the wire, each reply once.

VictoriaMetrics forgets the last seconds that it has acknowledged when it is killed; so it is never killed here.
"""

import json
import os
import random
import resource
import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.app import SPOOL_FILE, line_of, load
from rtu_agent.clock import SystemClock
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from support.agent_process import AgentProcess, until
from support.chaos import ANY, WITHOUT_KILLS, Point, Told, Tormentor, Witness, read
from support.served import MAP, UNITS, Served
from support.servers import Influxd, VictoriaMetrics, free_port
from support.watching import Seen

pytestmark = [pytest.mark.server, pytest.mark.slow]

NIGHTLY = os.environ.get("RTU_AGENT_NIGHTLY", "")
ROUNDS = 60 if NIGHTLY else 3
BOUND = 1024 * 1024
FILES_BEYOND = 50 * 1024 * 1024
"""What the documentation says the files of the spool may have beyond its bound."""
WINDOW_MS = 10_000
POLLS = 8
"""How often each unit is asked at least in the life of the agent in which nothing goes wrong."""
MEASURED = {"energy_meter", "environment", "truth"}
Sample = tuple[str, str, int]
"""Name, device, time in milliseconds."""
OUTPUTS = ("influxdb", "influxdb-10s", "victoria", "nobody")


def site(influxd: Influxd, victoria_metrics: VictoriaMetrics, ports: Path) -> str:
    """Meters, thermometers and units that tell the truth; three databases, one of which is not there."""
    return f"""\
version: 1
site: chaos
http: {{listen: "127.0.0.1:0"}}
spool: {{max: 1MiB}}
buses:
  meters: {{port: {ports}/meters, baudrate: 115200}}
  climate: {{port: {ports}/climate, baudrate: 19200}}
  truth: {{port: {ports}/truth, baudrate: 115200, timeout: 2s}}
devices:
  - {{name: "meter-{{unit}}", bus: meters, unit: 1-4, driver: hiking.dds238_2, interval: 500ms}}
  - {{name: "room-{{unit}}", bus: climate, unit: 1-4, driver: generic.xy_md02, interval: 500ms}}
  - {{name: "truth-{{unit}}", bus: truth, unit: {UNITS[0]}-{UNITS[-1]}, driver: ./truth.yaml, interval: 500ms}}
outputs:
  influxdb: {{url: "{influxd.url}", bucket: modbus, api: v1, rollups: {{10s: 1d}}}}
  victoria: {{type: influxdb, url: "{victoria_metrics.url}", bucket: modbus, api: v2}}
  nobody: {{type: influxdb, url: "http://127.0.0.1:{free_port()}", bucket: modbus, api: v1}}
"""


@contextmanager
def plant(agent: AgentProcess, served: Served, ports: Path) -> Iterator[None]:
    """The buses of the site, which live on when the agent dies."""
    (agent.folder / "truth.yaml").write_text(MAP, encoding="utf-8")
    loaded = load(agent.config)
    buses = [
        SimulatedBus(name, line_of(bus), {}, images=served.images, journal=served.add)
        if name == "truth"
        else SimulatedBus(
            name,
            line_of(bus),
            {entry.unit: loaded.driver_of(entry.driver) for entry in loaded.site.devices if entry.bus == name},
        )
        for name, bus in loaded.site.buses.items()
    ]
    with simulated_site(buses, links=ports):
        yield


def fill(spool: Path) -> None:
    """Put so much into the spool that it is full with the next records: for who takes nothing, the others have it."""
    full = Spool(spool, OUTPUTS, Limits())
    now_ms = round(time.time() * 1000) - 3_600_000
    for batch in range(96):
        lines = [f'modbus_event,device=filler text="{"x" * 60}" {now_ms + 100 * batch + n}' for n in range(100)]
        full.append("\n".join(lines).encode(), len(lines), now_ms, now_ms, now_ms)
    for output in OUTPUTS[:-1]:
        while (sent := full.next(output)) is not None:
            full.acknowledge(output, sent, [], now_ms)
    full.close()


def waiting(spool: Path) -> set[str]:
    """Return the outputs for which the spool has still something."""
    with closing(sqlite3.connect(f"{spool.as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT output FROM cursor WHERE id < (SELECT max(id) FROM batch)").fetchall()
    return {output for (output,) in found}


def live(agent: AgentProcess, served: Served, witness: Witness, chance: random.Random, *, fills_up: bool) -> None:
    """Start the agent, let it commit, fill up its disk for a while, kill it."""
    before = len(witness.lines)
    served.begins()
    agent.start()
    until(lambda: len(witness.lines) > before, "a commit", 60.0)
    time.sleep(chance.uniform(0.0, 2.0))
    if fills_up:
        unlimited = resource.prlimit(agent.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (agent.log.stat().st_size + 16_384, unlimited[1]))
        time.sleep(chance.uniform(0.5, 2.5))
        resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, unlimited)
        time.sleep(chance.uniform(0.0, 2.0))
    agent.kill()


def live_on(agent: AgentProcess, served: Served) -> None:
    """Start the agent, let it poll and deliver all that waits for who takes it, stop it."""
    served.begins()
    agent.start()
    spool = agent.folder / "state" / SPOOL_FILE
    until(lambda: served.fewest >= POLLS and waiting(spool) == {"nobody"}, "polls and the backlog to arrive", 60.0)
    assert agent.stop() == 0


def torment(
    agent: AgentProcess, served: Served, influxd: Influxd, victoria_metrics: VictoriaMetrics, seed: int
) -> list[str]:
    """Let everything go wrong for some lives of the agent, and nothing in the last; return what it has committed."""
    chance = random.Random(seed)
    witness = Witness(agent.folder / "state" / SPOOL_FILE)
    tormentors = [
        Tormentor(influxd, ANY, random.Random(seed + 1)),
        Tormentor(victoria_metrics, WITHOUT_KILLS, random.Random(seed + 2)),
    ]
    witness.start()
    try:
        until(lambda: len(witness.lines) > 0, "the witness")
        for tormentor in tormentors:
            tormentor.start()
        for number in range(ROUNDS):
            live(agent, served, witness, chance, fills_up=number % 2 == 0)
        for tormentor in tormentors:
            tormentor.stop()
        live_on(agent, served)
    finally:
        agent.kill()
        witness.stop()
    assert all(tormentor.done for tormentor in tormentors)
    assert witness.largest_payload <= BOUND
    assert witness.largest_files <= BOUND + FILES_BEYOND
    return witness.lines


def deliver_the_rest(spool: Path, influxd: Influxd, victoria_metrics: VictoriaMetrics) -> None:
    """Send what the agent has committed while it stopped."""
    settings = {
        "influxdb": {"url": influxd.url, "bucket": "modbus", "api": "v1"},
        "victoria": {"url": victoria_metrics.url, "bucket": "modbus", "api": "v2"},
    }
    outputs = {name: InfluxdbOutput(name, InfluxdbSettings.model_validate(each)) for name, each in settings.items()}
    delivery = Delivery(outputs, spool, Seen(), SystemClock())
    delivery.start()
    until(lambda: not waiting(spool), "the rest to arrive", 60.0)
    delivery.stop(5.0)


def check_served(served: Served, committed: list[Told]) -> None:
    """Compare what was committed with what was told on the wire."""
    for unit in UNITS:
        records = [each for each in committed if each.measurement == "truth" and f"device=truth-{unit}," in each.tags]
        assert records
        served.check(unit, records)


def dead_points(spool: Path, committed: list[Told]) -> set[Point]:
    """Return the values that are dead letters: those that somebody else made a text of, and for that reason."""
    refused = refused_lines(spool)
    assert all("field type conflict" in reason for reason in refused.values())
    dead = [read(line) for line in refused]
    assert {each.measurement for each in dead} == {"environment"}
    points = {point for each in dead for point in each.points()}
    assert points <= points_of(committed).keys()
    return points


def check_influxdb(influxd: Influxd, committed: list[Told], dead: set[Point]) -> None:
    """Find every value that was committed but for the dead ones, and no other."""
    expected = {point: value for point, value in points_of(committed).items() if point not in dead}
    found = in_influxdb(influxd, "modbus", {each.measurement for each in committed})
    assert {point: value for point, value in found.items() if point[1] != "device=somebody"} == expected


def check_victoria_metrics(victoria_metrics: VictoriaMetrics, committed: list[Told]) -> None:
    """Find every number that was committed, and no other."""
    numbers = numbers_of(committed)
    # What it has acknowledged it shows a moment later.
    until(lambda: len(in_victoria_metrics(victoria_metrics, numbers)) >= len(numbers), "the last samples to show", 15.0)
    assert in_victoria_metrics(victoria_metrics, numbers) == numbers


def check_rollups(influxd: Influxd, committed: list[Told]) -> None:
    """Compare how many records each rollup has with how many were committed; the last windows may be open."""
    measured = [each for each in committed if each.measurement in MEASURED]
    times = {(each.measurement, each.tags, each.time_ms) for each in measured}
    windows = Counter((measurement, tags, time_ms - time_ms % WINDOW_MS) for measurement, tags, time_ms in times)
    open_ms = max(each.time_ms for each in measured) - 2 * WINDOW_MS
    found = in_influxdb(influxd, "modbus_10s", MEASURED)
    rolled = {point[:3]: value for point, value in found.items() if point[3] == "records"}
    expected = {window: number for window, number in windows.items() if window[2] <= open_ms}
    assert expected
    assert {window: number for window, number in rolled.items() if window[2] <= open_ms} == expected


def in_influxdb(influxd: Influxd, database: str, measurements: set[str]) -> dict[Point, Any]:
    """Return what InfluxDB has."""
    found: dict[Point, Any] = {}
    for measurement in measurements:
        answer = influxd.get("/query", db=database, epoch="ms", q=f'SELECT * FROM "{measurement}" GROUP BY *')
        for series in answer["results"][0].get("series", ()):
            tags = ",".join(f"{key}={text}" for key, text in sorted(series["tags"].items()) if text)
            for time_ms, *values in series["values"]:
                for name, value in zip(series["columns"][1:], values, strict=True):
                    if value is not None:
                        found[measurement, tags, time_ms, name] = value
    return found


def as_stored(text: str) -> Any:
    """Return a value of line protocol as a database gives it back."""
    if text.startswith('"'):
        return json.loads(text)
    return int(text[:-1]) if text.endswith("i") else float(text)


def points_of(told: list[Told]) -> dict[Point, Any]:
    """Return every value."""
    return {point: as_stored(text) for each in told for point, text in each.points().items()}


def numbers_of(told: list[Told]) -> dict[Sample, float]:
    """Return the numbers as VictoriaMetrics has them: by name, device and time. It makes zeros of texts."""
    return {
        (f"{measurement}_{field}", tags.partition("device=")[2].partition(",")[0], time_ms): float(value)
        for (measurement, tags, time_ms, field), value in points_of(told).items()
        if not isinstance(value, str)
    }


def in_victoria_metrics(victoria_metrics: VictoriaMetrics, numbers: Collection[Sample]) -> dict[Sample, float]:
    """Return what VictoriaMetrics has under the names of these numbers."""
    names = {name for name, _, _ in numbers}
    return {
        (labels["__name__"], labels["device"], time_ms): value
        for labels, values in ((dict(labels), values) for labels, values in victoria_metrics.export().items())
        for time_ms, value in values.items()
        if labels["__name__"] in names
    }


def refused_lines(spool: Path) -> dict[str, str]:
    """Return the dead letters of InfluxDB with their reasons."""
    connection = sqlite3.connect(spool)
    rows = connection.execute("SELECT output, line, reason FROM dead").fetchall()
    connection.close()
    assert {output for output, _, _ in rows} == {"influxdb"}
    return {bytes(line).decode(): reason for _, line, reason in rows}


def test_each_database_has_what_was_committed_minus_the_dead_letters(
    influxd: Influxd, victoria_metrics: VictoriaMetrics, tmp_path: Path
) -> None:
    """After kills of everybody at random moments. What was committed is what was told on the wire."""
    seed = int(NIGHTLY or random.randrange(2**32))
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    for database in ("modbus", "modbus_10s"):
        influxd.create_database(database)
    text = 'environment,device=somebody temperature_c="a text from another program"'
    influxd.post("/write", f"{text} {round(time.time() * 1000)}".encode(), db="modbus", precision="ms")
    ports, served = tmp_path / "ports", Served()
    agent = AgentProcess(tmp_path / "agent", site(influxd, victoria_metrics, ports))
    spool = agent.folder / "state" / SPOOL_FILE
    fill(spool)
    with plant(agent, served, ports):
        lines = dict.fromkeys(torment(agent, served, influxd, victoria_metrics, seed))
    deliver_the_rest(spool, influxd, victoria_metrics)
    assert sum(len(line) + 1 for line in lines) > BOUND
    committed = [read(line) for line in lines if "device=filler" not in line]
    check_served(served, committed)
    check_influxdb(influxd, committed, dead_points(spool, committed))
    check_victoria_metrics(victoria_metrics, committed)
    check_rollups(influxd, committed)
