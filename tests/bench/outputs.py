"""Benchmarks of the outputs; prints the tables of docs/benchmarks.md.

    make bench-outputs                    all of them: five to ten minutes
    make bench-outputs ARGS="encode spool"   some of them

Every figure stands beside another one that is measured in the same run, because machines differ. Where nothing is
waited for, times are those of the processor, so that other programs on the machine count little; what is waited for
(disks, servers) is measured by the clock, and suffers from them.
"""

import http.client
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from influxdb_client import InfluxDBClient, WriteOptions
from pydantic import BaseModel

from bench.outputs_data import DEVICES, FIELDS, as_point, float32, groups, records, tenths
from bench.outputs_store import store
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, RecordsWritten, SpoolChanged
from rtu_agent.output.contract import Action, NetworkOutput, RollupTarget, Verdict
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from rtu_agent.output.line_protocol import body, encode
from rtu_agent.output.marks import Limits
from rtu_agent.output.portion import BATCH_BYTES
from rtu_agent.output.rollup_output import RollupOutput
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool
from rtu_agent.output.sqlite_file import connect, make_durable
from rtu_agent.output.writer import MOST_WAITING
from support.records import NOON_MS
from support.servers import Influxd, Server, VictoriaMetrics, free_port

ROUNDS = 15
BACKLOG = 200_000
MILLION = 1_000_000
SOME = 60_000
"""Records for what is measured in one process."""


def best_us(*works: Callable[[], object], number: int) -> list[float]:
    """Return the processor's microseconds for each of `number` things that every work does, the works in turns.

    The best of some rounds: what disturbs a machine for a while disturbs a round of all of them.
    """
    best = [math.inf] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            started = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - started)
    return [each / number * 1e6 for each in best]


def table(title: str, *rows: tuple[object, ...]) -> None:
    """Print a table of Markdown, its first row as the head."""
    print(f"\n### {title}\n")
    for place, row in enumerate(rows):
        print("| " + " | ".join(map(str, row)) + " |")
        if place == 0:
            print("|" + "---|" * len(row))
    sys.stdout.flush()


# -- encode and spool --------------------------------------------------------------------------------------------------


_BARE_TEXT = (
    f"energy_meter,bus=bus00,device=meter-000,site=plant-a "
    f"{','.join(f'{field.name}=%r' for field in FIELDS)},quality=0i %d"
)
"""A line with a `%r` for each float: what nobody who writes floats exactly can be quicker than."""


def encoding(_: Path) -> None:
    """One record of ten floats → one line."""
    rows: list[tuple[object, ...]] = [
        (
            *("values", "encode", "a bare `%` of the same text", "`repr` of the ten floats alone"),
            *("client's `Point`", "to the bare `%`", "of the client's time"),
        )
    ]
    for name, shape in (("float32, up to 17 digits", float32), ("integers with a scale of 0.1", tenths)):
        some = list(records(SOME // 60, shape))
        ours, bare, floats, theirs = best_us(
            lambda some=some: [encode(each) for each in some],
            lambda some=some: [_BARE_TEXT % (*each.values, each.time_ms) for each in some],
            lambda some=some: [[*map(repr, each.values)] for each in some],
            lambda some=some: [as_point(each).to_line_protocol() for each in some],
            number=len(some),
        )
        times = [f"{each:.1f} µs" for each in (ours, bare, floats, theirs)]
        rows.append((name, *times, f"{ours / bare:.2f}", f"1/{theirs / ours:.1f}"))
    table("Encode, per record", *rows)


def spooling(folder: Path) -> None:
    """Encoded groups → the spool, each committed to the disk."""
    rows: list[tuple[object, ...]] = [
        (
            *("records a commit", "processor, per record", "bare SQLite insert", "ratio"),
            *("one commit, median", "bare SQLite insert", "bare write and fdatasync"),
        )
    ]
    for size in (1000, 100, 10):
        bodies = [body(group) for group in groups(records(min(SOME, size * 60)), size)]
        ours_us, commits = _spool_commits(folder / f"spool-{size}", bodies, size)
        bare_us, inserts = _bare_commits(folder / f"table-{size}", bodies, size)
        with (folder / f"bare-{size}").open("wb", buffering=0) as file:
            writes = [_clocked(partial(_write, file, each)) for each in bodies]
        medians = [f"{statistics.median(each):.2f} ms" for each in (commits, inserts, writes)]
        rows.append((size, f"{ours_us:.2f} µs", f"{bare_us:.2f} µs", f"{ours_us / bare_us:.2f}", *medians))
    table("Spool", *rows)


def _spool_commits(path: Path, bodies: Sequence[bytes], size: int) -> tuple[float, list[float]]:
    spool = Spool(path, ["server"], Limits())
    spool.open()
    costs = _committing(bodies, size, lambda each: spool.append(each, size, 0, 0, 0))
    spool.close()
    return costs


def _bare_commits(path: Path, bodies: Sequence[bytes], size: int) -> tuple[float, list[float]]:
    """The same into a table of bodies as durable as the spool, and nothing else."""
    connection = connect(path)
    connection.execute("CREATE TABLE batch (id INTEGER PRIMARY KEY, body BLOB)")
    make_durable(connection)
    costs = _committing(bodies, size, lambda each: connection.execute("INSERT INTO batch (body) VALUES (?)", (each,)))
    connection.close()
    return costs


def _committing(bodies: Sequence[bytes], size: int, commit: Callable[[bytes], object]) -> tuple[float, list[float]]:
    """Return the processor's microseconds for a record, and the milliseconds of each commit by the clock."""
    started = time.process_time()
    commits = [_clocked(partial(commit, each)) for each in bodies]
    return (time.process_time() - started) / size / len(bodies) * 1e6, commits


def _clocked(work: Callable[[], object]) -> float:
    """Return the milliseconds that `work` takes by the clock."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _write(file: Any, body: bytes) -> None:
    file.write(body)
    os.fdatasync(file.fileno())


class Nowhere(NetworkOutput):
    """Accepts everything."""

    Settings = BaseModel

    def __init__(self) -> None:
        """Nothing to open."""

    def send(self, _: bytes) -> Verdict:
        """Say yes."""
        return Verdict(Action.ACCEPTED)

    def close(self) -> None:
        """Nothing is open."""


def rolling_up(folder: Path) -> None:
    """Records of 100 devices, one a second each, as the spool gives them → windows of a minute."""
    names = {field.name: field for field in FIELDS}
    rows: list[tuple[object, ...]] = [("lines a batch", "processor, per record")]
    for size in (100, 4000):
        target = RollupTarget(60.0, Nowhere())
        output = RollupOutput("1m", target, lambda _: names, folder / f"{size}", lambda _: None)
        made = [replace(each, time_ms=NOON_MS + 10 * number) for number, each in enumerate(records(SOME))]
        bodies = [body(group) for group in groups(iter(made), size)]
        started = time.process_time()
        for each in bodies:
            output.send(each)
        rows.append((size, f"{(time.process_time() - started) / len(made) * 1e6:.1f} µs"))
        output.close()
    table("Rollup in the agent", *rows)


# -- servers -----------------------------------------------------------------------------------------------------------


class Watch:
    """Knows when everything was accepted."""

    def __init__(self) -> None:
        self.written = 0
        self._wanted = 0
        self._done = threading.Event()

    def __call__(self, event: Event) -> None:
        """Count what was written."""
        if isinstance(event, RecordsWritten):
            self.written += event.records
            if self.written >= self._wanted:
                self._done.set()

    def wait_for(self, number: int) -> None:
        """Wait until so many were written."""
        self._wanted = number
        if self.written < number:
            assert self._done.wait(300.0)


@contextmanager
def running(folder: Path, kind: type[Influxd] | type[VictoriaMetrics]) -> Iterator[Server]:
    """A fresh server."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        server = kind(Path(place) / "server")
        server.start()
        if isinstance(server, Influxd):
            server.create_database("modbus")
        try:
            yield server
        finally:
            server.stop()


def output_to(server: Server) -> InfluxdbOutput:
    """The output for a server."""
    return InfluxdbOutput("server", InfluxdbSettings.model_validate({"url": server.url, "bucket": "modbus"}))


def filled(path: Path, number: int) -> Spool:
    """A spool with a backlog."""
    spool = Spool(path, ["server"], Limits())
    spool.open()
    for at, group in enumerate(groups(records(number))):
        spool.append(body(group), len(group), at, at, at)
    return spool


@dataclass(frozen=True)
class Speed:
    """How fast records went, and what they cost the two processors."""

    per_s: float
    client_us: float
    server_us: float

    def __str__(self) -> str:
        return f"{self.per_s:,.0f} records/s ({self.client_us:.1f} µs here, {self.server_us:.1f} µs there)"


def measured(server: Server, number: int, work: Callable[[], object]) -> Speed:
    """Measure `work`, which takes so many records to a server."""
    here, there, started = time.process_time(), _processor_s(server), time.perf_counter()
    work()
    took = time.perf_counter() - started
    here, there = time.process_time() - here, _processor_s(server) - there
    return Speed(number / took, here / number * 1e6, there / number * 1e6)


def _processor_s(server: Server) -> float:
    assert server.process is not None
    columns = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")


def draining(folder: Path) -> None:
    """Records → a server: a backlog, everything from `accept` on, and the client library's way."""
    rows: list[tuple[object, ...]] = [
        (
            *("server", "drain of a spool", "bare posts of the same bodies", "drain to bare"),
            *("from `accept` to the server", "client's batching writer"),
        )
    ]
    for kind in (Influxd, VictoriaMetrics):
        with running(folder, kind) as server:
            bare = _bare_posts(server)
        with running(folder, kind) as server:
            drain = _drain(folder / f"drain-{kind.__name__}", server)
        with running(folder, kind) as server:
            sustained = _sustained(folder / f"sustained-{kind.__name__}", server)
        with running(folder, kind) as server:
            theirs = _batching(server) if kind is VictoriaMetrics else "cannot: it gets 404 for its address"
        rows.append((kind.binary, drain, bare, f"{drain.per_s / bare.per_s:.2f}", sustained, theirs))
    table(f"Throughput, {BACKLOG:,} records of ten floats, processor time per record", *rows)


def _bare_posts(server: Server) -> Speed:
    """Post bodies of the sender's size that lie ready, one after another on one connection: what the server takes."""
    size = BATCH_BYTES // len(encode(next(records(1))))
    bodies = [body(group) for group in groups(records(BACKLOG), size)]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def post() -> None:
        for each in bodies:
            connection.request("POST", "/write?db=modbus&precision=ms", each)
            assert connection.getresponse().read() == b""

    speed = measured(server, BACKLOG, post)
    connection.close()
    return speed


def _drain(path: Path, server: Server) -> Speed:
    spool, watch = filled(path, BACKLOG), Watch()
    sender = Sender("server", output_to(server), spool, watch, SystemClock())

    def drain() -> None:
        sender.start()
        watch.wait_for(BACKLOG)

    speed = measured(server, BACKLOG, drain)
    sender.stop()
    spool.close()
    return speed


def _sustained(path: Path, server: Server) -> Speed:
    watch = Watch()
    delivery = Delivery({"server": output_to(server)}, path, watch, SystemClock())
    made = list(records(BACKLOG))
    delivery.start()

    def flow() -> None:
        for number, record in enumerate(made):
            while number - watch.written > MOST_WAITING - 2000:  # as fast as it is taken, no faster
                time.sleep(0.001)
            delivery.accept(record)
        watch.wait_for(BACKLOG)

    speed = measured(server, BACKLOG, flow)
    delivery.stop(5.0)
    return speed


def _batching(server: Server) -> Speed:
    made = list(records(BACKLOG // 4))

    def write() -> None:
        with (
            InfluxDBClient(server.url, org="o", timeout=30_000) as client,
            client.write_api(WriteOptions(batch_size=1000, flush_interval=1000)) as api,
        ):
            for record in made:
                api.write("modbus", "o", as_point(record))

    return measured(server, len(made), write)


# -- memory ------------------------------------------------------------------------------------------------------------


def memory(folder: Path) -> None:
    """A server that is away, and records that go on coming."""
    ours = _in_a_process("spool", folder, MILLION)
    theirs = _in_a_process("client", folder, MILLION // 10)
    table(
        "Memory while the server is away",
        ("", "records that wait", "RSS before", "RSS after", "on the disk"),
        ("spool and sender", MILLION, *ours),
        ("client's batching writer", MILLION // 10, *theirs),
    )


def _in_a_process(what: str, folder: Path, number: int) -> list[str]:
    command = [sys.executable, "-m", "bench.outputs", f"--{what}", str(folder), str(number)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().split("|")


def _rss_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError


def spool_while_away(folder: Path, number: int) -> None:
    """Fill the spool through the whole delivery; say what it costs."""
    away = InfluxdbSettings.model_validate({"url": f"http://127.0.0.1:{free_port()}", "bucket": "b"})
    waiting = 0

    def watch(event: Event) -> None:
        nonlocal waiting
        if isinstance(event, SpoolChanged):
            waiting = event.records

    delivery = Delivery({"server": InfluxdbOutput("server", away)}, folder / "away", watch, SystemClock())
    delivery.start()
    before = _rss_mb()
    for at, record in enumerate(records(number)):
        while at - waiting > MOST_WAITING - 2000:
            time.sleep(0.001)
        delivery.accept(record)
    while waiting < number:
        time.sleep(0.01)
    after = _rss_mb()
    delivery.stop(5.0)
    print(f"{before:.0f} MB|{after:.0f} MB|{(folder / 'away').stat().st_size / 1e6:.0f} MB")


def client_while_away(_: Path, number: int) -> None:
    """The same for the client's writer, which keeps everything in memory."""
    client = InfluxDBClient(f"http://127.0.0.1:{free_port()}", org="o")
    api = client.write_api(WriteOptions(batch_size=1000, flush_interval=1000))
    before = _rss_mb()
    for record in records(number):
        api.write("modbus", "o", as_point(record))
    time.sleep(3.0)
    print(f"{before:.0f} MB|{_rss_mb():.0f} MB|0 MB", flush=True)
    os._exit(0)  # it would try for minutes


# -- main --------------------------------------------------------------------------------------------------------------


def stored(folder: Path) -> None:
    """Queries of the embedded store."""
    table(*store(folder, float(os.environ.get("ROWS", "1e7"))))


PARTS: dict[str, Callable[[Path], None]] = {
    "encode": encoding,
    "spool": spooling,
    "rollup": rolling_up,
    "drain": draining,
    "memory": memory,
    "store": stored,
}


def main(arguments: list[str]) -> None:
    """Run the parts that are named, or all."""
    alone: dict[str, Callable[[Path, int], Any]] = {"--spool": spool_while_away, "--client": client_while_away}
    if arguments and arguments[0] in alone:
        alone[arguments[0]](Path(arguments[1]), int(arguments[2]))
        return
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load before the run {load:.1f}")
    print(f"{DEVICES} devices, for example:\n\n    {encode(next(records(1)))}")
    for name in arguments or PARTS:
        with tempfile.TemporaryDirectory(prefix="bench-outputs-") as folder:
            PARTS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
