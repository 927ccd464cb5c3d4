"""How late polls are while a server is well, away, hanging or slow."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import IO

from bench.kit.priority import take_priority
from bench.kit.wire import quantile, wires
from bench.many_buses import HANDOVER_S, LINE, PRIORITY, UNITS, site_of
from rtu_agent.app import Agent, load
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, PollFinished, PollSkipped, RecordsWritten, Watchers
from support.servers import HOST, free_port

BUSES = 8
MOODS = ("up", "away", "hanging", "slow")
ROUNDS = 3
SETTLE_S = 12.0
SECONDS = 5.0
SLOW_S = 5.0


class Moody:
    """A server that accepts every body in its own time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mood = "away"
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def become(self, mood: str) -> None:
        """Change; whoever waits for an answer loses the connection."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._mood = mood
        self._server = None if mood == "away" else await asyncio.start_server(self._serve, HOST, self._port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the last when the server ends
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
                await asyncio.sleep({"hanging": 3600.0, "slow": SLOW_S}.get(self._mood, 0.0))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        self._writers.discard(writer)


async def serve(port: int) -> None:
    """Be in the moods that come in by lines."""
    server, loop = Moody(port), asyncio.get_running_loop()
    while mood := await loop.run_in_executor(None, sys.stdin.readline):
        await server.become(mood.strip())


async def work(config: Path, server: IO[str], ports: dict[str, str]) -> dict[str, dict[str, float]]:
    """Run the agent while the server becomes what it is told; return how late its polls were, by mood."""
    loaded, watchers, mood = load(config), Watchers(), "settling"
    lags, counts = defaultdict[str, list[float]](list), defaultdict[str, dict[str, int]](lambda: defaultdict(int))

    def note(event: Event) -> None:
        if isinstance(event, PollFinished) and not event.rider:
            lags[mood].append(event.lag_s)
        elif isinstance(event, PollSkipped):
            counts[mood]["skipped"] += 1
        elif isinstance(event, RecordsWritten):
            counts[mood][event.output] += event.records

    watchers.add(note)
    stop = asyncio.Event()
    agent = Agent(loaded.site, loaded.driver_of, loaded.output_types, watchers, SystemClock(), ports)
    running = asyncio.create_task(agent.run(stop))
    await asyncio.sleep(SETTLE_S)
    for now in MOODS * ROUNDS:
        mood = "settling"
        server.write(f"{now}\n")
        server.flush()
        await asyncio.sleep(1.0)
        mood = now
        await asyncio.sleep(SECONDS)
    stop.set()
    await running
    return {each: {**_told(lags[each]), **counts[each]} for each in MOODS}


def _told(lags: list[float]) -> dict[str, float]:
    return {"polls": len(lags), "median_s": median(lags), "p99_s": quantile(lags, 0.99), "most_s": max(lags)}


def measure() -> dict[str, dict[str, float]]:
    """Run the agent in a process of its own, the wires and the server in others; return what it tells."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = site_of(BUSES, Path(folder))
        influxdb = f'  influxdb: {{url: "http://{HOST}:{port}", bucket: modbus, api: v1}}\n'
        text = config.read_text(encoding="utf-8").replace("outputs:\n", f"outputs:\n{influxdb}")
        config.write_text(text, encoding="utf-8")
        with wires([LINE] * BUSES, handover_s=HANDOVER_S) as played:
            ports = json.dumps({f"b{number}": port for number, port in enumerate(played.ports)})
            command = [sys.executable, "-m", "bench.outages", str(config), str(port), ports]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, dict[str, float]] = json.loads(told)
    return found


def main() -> None:
    """Measure and print."""
    print("## Polls while a server is away\n\n" + (__doc__ or "") + INTRODUCTION)
    print(
        "| the server is | polls | late by, ms: median | to a quiet day | 99 of 100 | to a quiet day | most | skipped "
        "| records stored by it | by SQLite |"
    )
    print("|" + "---|" * 10)
    told = measure()
    quiet = told["up"]
    for mood, each in told.items():
        print(
            f"| {mood} | {each['polls']} | {1e3 * each['median_s']:.2f} | {each['median_s'] / quiet['median_s']:.2f} | "
            f"{1e3 * each['p99_s']:.2f} | {each['p99_s'] / quiet['p99_s']:.2f} | {1e3 * each['most_s']:.1f} | "
            f"{each.get('skipped', 0)} | {each.get('influxdb', 0)} | {each.get('sqlite', 0)} |"
        )


INTRODUCTION = f"""
The whole agent with {BUSES} buses of {LINE.baudrate} baud, {UNITS} thermometers each, which are polled every second; it
writes to SQLite and to a server that is well (up), refuses connections (away), accepts and never answers (hanging) or
takes {SLOW_S:g} s for each answer (slow). The server changes every {SECONDS + 1:g} s, {ROUNDS} times through all of
these in one run; the first second of each is left out. A poll is late by the time from its tick to its start, so it
also waits for the others of its bus.
"""


def run_agent(config: str, port: str, ports: str) -> None:
    """Start the server and the agent, and print what `work` returns."""
    take_priority(PRIORITY)
    command = [sys.executable, "-m", "bench.outages", port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        print(json.dumps(asyncio.run(work(Path(config), server.stdin, json.loads(ports)))))


if __name__ == "__main__":
    match sys.argv[1:]:
        case [port]:
            asyncio.run(serve(int(port)))
        case [config, port, ports]:
            run_agent(config, port, ports)
        case _:
            main()
