"""How often all points of one meter can be read on a wire of its own, and what lies between two requests.

The agent with its poller, decoding, records and spool, against what is usual: blocks by a constant gap, and a stock
client.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import minimalmodbus
from pymodbus.client import AsyncModbusSerialClient

from bench.kit.plant import copy_of, poller_of
from bench.kit.priority import take_priority
from bench.kit.wire import Trace, lateness, quantile, wires
from bench.plans import legal_gap
from bench.throughput import Away
from rtu_agent.bus.factory import make_simulated_bus
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Span
from rtu_agent.events import Watchers
from rtu_agent.output.delivery import Delivery
from rtu_agent.poll.patience import Patience
from rtu_agent.protocol.timing import LineSettings
from rtu_drivers.eastron.sdm630 import SDM630

LINES = (LineSettings(9600), LineSettings(38400), LineSettings(115200))
METER = copy_of(SDM630)
SECONDS = 8.0
SETTLE_S = 2.0
PRIORITY = 20
WANTED = [point.span for point in METER.registers]
MERGED = legal_gap(WANTED, 10, METER)


async def _agent(port: str, line: LineSettings) -> int:
    clock, patience = SystemClock(), Patience(0.5)
    bus = make_simulated_bus("b", port, line, Watchers(patience), clock, timeout_s=0.5)
    with tempfile.TemporaryDirectory() as folder:
        delivery = Delivery({"away": Away()}, Path(folder) / "spool.sqlite3", lambda _: None, clock)
        delivery.start()
        poller = poller_of(bus, METER, [1], line, 0.01, patience, lambda _: None, delivery.accept, clock)
        tasks = [asyncio.create_task(bus.run()), asyncio.create_task(poller.run())]
        await asyncio.sleep(SETTLE_S + SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(delivery.stop, 10.0)
        blocks = poller._devices["1"].plans.poll(frozenset({"normal"})).blocks
        return len(blocks)


async def _pymodbus(port: str, line: LineSettings, blocks: list[Span], silence_s: float) -> int:
    client = AsyncModbusSerialClient(port, baudrate=line.baudrate, timeout=1, retries=0)
    await client.connect()

    async def read(block: Span) -> object:
        answer = await client.read_input_registers(block.address, count=block.count, device_id=1)
        await asyncio.sleep(silence_s)
        return answer.registers

    await _again_and_again(blocks, read)
    client.close()
    return len(blocks)


async def _minimalmodbus(port: str, line: LineSettings) -> int:
    instrument = minimalmodbus.Instrument(port, 1)
    assert instrument.serial is not None
    instrument.serial.baudrate, instrument.serial.timeout = line.baudrate, 1.0

    async def read(block: Span) -> object:
        return instrument.read_registers(block.address, block.count, functioncode=4)

    await _again_and_again(MERGED, read)
    return len(MERGED)


async def _again_and_again(blocks: list[Span], read: Callable[[Span], Awaitable[object]]) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + SETTLE_S + SECONDS
    while loop.time() < end:
        for block in blocks:
            await read(block)


WAYS: dict[str, Callable[[str, LineSettings], Awaitable[int]]] = {
    "agent": _agent,
    "gap 10, minimalmodbus": _minimalmodbus,
    "gap 10, pymodbus async, sleeps t3.5": lambda port, line: _pymodbus(port, line, MERGED, line.t35_s),
    "gap 10, pymodbus async": lambda port, line: _pymodbus(port, line, MERGED, 0.0),
    "each point, pymodbus async, sleeps t3.5": lambda port, line: _pymodbus(port, line, WANTED, line.t35_s),
}


async def _work(wish: dict[str, Any]) -> int:
    return await WAYS[wish["way"]](wish["port"], LineSettings(wish["baudrate"]))


def measure(way: str, line: LineSettings) -> tuple[Trace, int]:
    """Read in one way; return what passed, and how many requests a cycle has."""
    with wires([line]) as played:
        wish: dict[str, Any] = {"way": way, "port": played.ports[0], "baudrate": line.baudrate}
        command = [sys.executable, "-m", "bench.cycles", json.dumps(wish)]
        requests = int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    trace = played.traces[0]
    settled_s = trace.passed[0].start_s + SETTLE_S
    return Trace(line, [passed for passed in trace.passed if passed.start_s > settled_s]), requests


def table(line: LineSettings) -> str:
    """Return the table of one line."""
    rows, traces, agent_s = [], [], 0.0
    for way in WAYS:
        trace, requests = measure(way, line)
        cycle_s = requests * sum(trace.each_s) / len(trace.each_s)
        agent_s = agent_s or cycle_s
        over_s = [gap_s - line.t35_s for gap_s in trace.gaps_s]
        violated = trace.violations / len(over_s)
        rows.append(
            f"| {way} | {requests} | {1e3 * cycle_s:.0f} | {cycle_s / agent_s:.2f} | {1e3 * median(over_s):+.2f} | "
            f"{1e3 * quantile(over_s, 0.99):+.2f} | {violated:.1%} |"
        )
        traces.append(trace)
    return "\n".join(
        [
            f"At {line.baudrate} baud; the wire was late by {lateness(traces)}.",
            "",
            "| way | requests | cycle, ms | to the agent | gap above t3.5, ms: median | 99 of 100 | t3.5 violated |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def main() -> None:
    """Measure and print."""
    print("## Cycles of a meter\n\n" + (__doc__ or "") + INTRODUCTION)
    for line in LINES:
        print("\n" + table(line), flush=True)


INTRODUCTION = f"""
The {len(WANTED)} pairs of input registers of an Eastron SDM630, in blocks as wide as it allows but without the pause
of 100 ms that it wants, all of them as often as the wire carries them, {SECONDS:g} s for each way; turnaround t3.5
and 2 ms, bytes one by one. Where t3.5 is violated the shorter cycle is no merit.
"""

if __name__ == "__main__":
    if sys.argv[1:]:
        wished = json.loads(sys.argv[1])
        take_priority(PRIORITY)
        with asyncio.Runner() as runner:
            print(runner.run(_work(wished)))
    else:
        main()
