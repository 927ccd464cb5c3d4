"""How late polls are while the agent is asked over HTTP all the time, beside the same agent left in peace."""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from statistics import median

from bench.kit.priority import take_priority
from bench.kit.wire import quantile, wires
from bench.many_buses import HANDOVER_S, LINE, PRIORITY, UNITS, site_of
from rtu_agent.app import Agent, load
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, PollFinished, PollSkipped, Watchers

BUSES = 4
SETTLE_S = 8.0
ROUND_S = 8.0
ROUNDS = 2
A_SECOND = 50
SLOW = 20
PATHS = ("/metrics", "/api/v1/status")
STATES = ("in peace", "asked")


class Lateness:
    """How late the polls were, and what became of them, by the state in which they were done."""

    def __init__(self) -> None:
        self.state = ""
        self.lags: dict[str, list[float]] = {state: [] for state in STATES}
        self.fates: dict[str, Counter[str]] = {state: Counter() for state in STATES}

    def __call__(self, event: Event) -> None:
        """Note a poll."""
        if self.state not in self.lags:
            return
        if isinstance(event, PollFinished) and not event.rider:
            self.lags[self.state].append(event.lag_s)
            self.fates[self.state][event.outcome] += 1
        elif isinstance(event, PollSkipped):
            self.fates[self.state]["skipped"] += 1


async def work(config: Path, ports: dict[str, str], address: str) -> dict[str, dict[str, float]]:
    """Run the agent on these ports, in peace and asked in turns; return how it went."""
    loaded, watchers, late = load(config), Watchers(), Lateness()
    watchers.add(late)
    stop = asyncio.Event()
    agent = Agent(loaded.site, loaded.driver_of, loaded.output_types, watchers, SystemClock(), ports)
    running = asyncio.create_task(agent.run(stop))
    await asyncio.sleep(SETTLE_S)
    cpu_s, answers = dict.fromkeys(STATES, 0.0), 0
    for _ in range(ROUNDS):
        for state in STATES:
            before, late.state = time.process_time(), state
            if state == "asked":
                command = [sys.executable, "-m", "bench.asked", "ask", address]
                asking = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
                said, _ = await asking.communicate()
                answers += int(said)
            else:
                await asyncio.sleep(ROUND_S)
            late.state = ""
            cpu_s[state] += time.process_time() - before
    stop.set()
    await running
    return {
        state: {
            "polls": float(late.fates[state].total()),
            "bad": float(late.fates[state].total() - late.fates[state]["good"]),
            "median_s": median(late.lags[state]),
            "p99_s": quantile(late.lags[state], 0.99),
            "cpu": cpu_s[state] / (ROUNDS * ROUND_S),
            "answers": answers / (ROUNDS * ROUND_S) if state == "asked" else 0.0,
        }
        for state in STATES
    }


def ask(address: str) -> int:
    """Ask as often as is wanted, while slow clients hold their connections; return how many answers came."""
    host, _, port = address.rpartition(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(SLOW)]
    for client in slow:
        client.sendall(b"GET /metrics HTTP/1.0\r\n")
    begun, answers, paths = time.monotonic(), 0, cycle(PATHS)
    for turn in range(round(ROUND_S * A_SECOND)):
        time.sleep(max(0.0, begun + turn / A_SECOND - time.monotonic()))
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", next(paths), headers={"Accept-Encoding": "gzip"})
        answers += connection.getresponse().read() != b""
        connection.close()
        if time.monotonic() > begun + ROUND_S:
            break
    for client in slow:
        client.close()
    return answers


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure() -> dict[str, dict[str, float]]:
    """Run the agent in a process of its own; return what it tells."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"127.0.0.1:{free_port()}"
        config = site_of(BUSES, Path(folder))
        config.write_text(config.read_text(encoding="utf-8").replace("127.0.0.1:0", address), encoding="utf-8")
        with wires([LINE] * BUSES, handover_s=HANDOVER_S) as played:
            ports = {f"b{number}": port for number, port in enumerate(played.ports)}
            command = [sys.executable, "-m", "bench.asked", str(config), json.dumps(ports), address]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, dict[str, float]] = json.loads(told)
    return found


def main() -> None:
    """Measure and print."""
    told = measure()
    print("## Asked over HTTP all the time\n\n" + (__doc__ or "") + INTRODUCTION)
    print("| agent | answers a second | polls | not good | polls late by, ms: median | 99 of 100 | CPU, of a core |")
    print("|---|---|---|---|---|---|---|")
    for state in STATES:
        one = told[state]
        print(
            f"| {state} | {one['answers']:.0f} | {one['polls']:.0f} | {one['bad']:.0f} | {1e3 * one['median_s']:.2f} | "
            f"{1e3 * one['p99_s']:.1f} | {one['cpu']:.0%} |"
        )
    peace, asked = (told[state] for state in STATES)
    print(
        f"\nAsked to in peace: {asked['median_s'] / peace['median_s']:.2f} in the median, "
        f"{asked['p99_s'] / peace['p99_s']:.2f} in 99 of 100."
    )


INTRODUCTION = f"""
The whole agent with {BUSES} buses of {LINE.baudrate} baud and {UNITS} thermometers on each, polled every second. In
{ROUNDS} rounds of {ROUND_S:g} s each it is left in peace, then asked {A_SECOND} times a second, in turns for metrics
and for the status, by another process, which also holds {SLOW} connections open that never finish their request.
A poll is late by the time from its tick to its start, so it also waits for the others of its bus.
"""

if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        print(ask(sys.argv[2]))
    elif sys.argv[1:]:
        take_priority(PRIORITY)
        print(json.dumps(asyncio.run(work(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]))))
    else:
        main()
