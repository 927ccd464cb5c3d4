"""How many values a second go through the agent: poll, normalize, record, encode, spool."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pydantic import BaseModel

from bench.kit.plant import meter, poller_of
from bench.kit.priority import take_priority
from bench.kit.wires import WORDS
from rtu_agent.bus.bus import Bus
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.clock import SystemClock
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record
from rtu_agent.events import Watchers
from rtu_agent.output.contract import Action, NetworkOutput, Verdict
from rtu_agent.output.delivery import Delivery
from rtu_agent.poll.patience import Patience
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(115200)
BUSES = 16
INTERVAL_S = 0.004
VALUES = (10, 62)
"""Two registers each; 62 are what one request can carry."""
ROUND_S = 4.0
ROUNDS = 5
PRIORITY = 20


class AtOnce:
    """A port of this process that answers every read as soon as it is asked: no line, no pace, no system call."""

    keeps_replies = False
    paced = False
    name = "at once"

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: Callable[[bytes], None] = lambda _: None
        self._replies: dict[bytes, bytes] = {}

    async def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> PortFacts:
        """Begin to answer."""
        del lost
        self._heard = heard
        return PortFacts()

    def write(self, data: bytes) -> None:
        """Take a request, and answer it when the loop comes round."""
        if data not in self._replies:
            size = 2 * int.from_bytes(data[4:6], "big")
            self._replies[data] = frame(data[0], bytes((data[1], size)) + WORDS[:size])
        self._loop.call_soon(self._heard, self._replies[data])

    def read_pending(self) -> bytes:
        """Return nothing; all is given to `heard`."""
        return b""

    def pause(self) -> None:
        """Go on."""

    def resume(self) -> None:
        """Go on."""

    def close(self) -> None:
        """Do nothing more."""


class Away(NetworkOutput):
    """A server that is not there, so that all stays in the spool."""

    Settings = BaseModel

    def __init__(self) -> None:
        """Be away."""

    def send(self, body: bytes) -> Verdict:
        """Take nothing."""
        del body
        return Verdict(Action.AGAIN, "away")

    def close(self) -> None:
        """Do nothing more."""


async def run(folder: Path, values: int) -> tuple[float, float, float]:
    """Poll for a round; return good values, seconds and processor seconds."""
    clock = SystemClock()
    delivery = Delivery({"away": Away()}, folder / "spool.sqlite3", lambda _: None, clock)
    count = 0

    def accept(record: Record) -> None:
        nonlocal count
        if record.quality is RecordQuality.GOOD:
            count += len(record.values)
        delivery.accept(record)

    delivery.start()
    tasks = []
    for number in range(BUSES):
        patience = Patience(0.5)
        master = Master("b", LINE, timeout_s=0.5, paced=False)
        bus = Bus(f"bus{number}", master, AtOnce(), Watchers(patience), clock)
        poller = poller_of(bus, meter(values), [1], LINE, INTERVAL_S, patience, lambda _: None, accept, clock)
        tasks += [asyncio.create_task(bus.run()), asyncio.create_task(poller.run())]
    await asyncio.sleep(2.0)
    counted, started, cpu = count, time.monotonic(), time.process_time()
    await asyncio.sleep(ROUND_S)
    counted, took_s, cpu_s = count - counted, time.monotonic() - started, time.process_time() - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(delivery.stop, 10.0)
    stored = spooled(folder / "spool.sqlite3") * values
    assert stored > counted, "what was read is in the spool"
    return counted, took_s, cpu_s


def spooled(path: Path) -> int:
    """Return how many records the spool holds."""
    with sqlite3.connect(path) as connection:
        (bodies,) = zip(*connection.execute("SELECT body FROM batch"), strict=True)
    return sum(body.count(b"\n") + 1 for body in bodies)


def row(values: int) -> str:
    """Measure with so many values in a request; return the row of the table."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(asyncio.run(run(Path(folder), values)))
    per_cpu = sorted(count / cpu_s for count, _, cpu_s in rounds)
    per_wall = median(count / took_s for count, took_s, _ in rounds)
    share = median(cpu_s / took_s for _, took_s, cpu_s in rounds)
    return (
        f"| {values} | {median(per_cpu):,.0f} | {per_cpu[0]:,.0f} to {per_cpu[-1]:,.0f} | {per_wall:,.0f} | "
        f"{share:.0%} |"
    )


def main() -> None:
    """Measure and print."""
    first = take_priority(PRIORITY)
    print("## Values a second\n\n" + (__doc__ or "") + INTRODUCTION)
    print("| values in a request | values a second of one core: median | all rounds | of the clock | core in use |")
    print("|---|---|---|---|---|")
    for values in VALUES:
        print(row(values))
    print(f"\nThe process goes before all others of the machine: {'yes' if first else 'not permitted'}.")


INTRODUCTION = f"""
{BUSES} buses in one process, on each a meter whose values one request reads, polled every {1e3 * INTERVAL_S:g} ms, as
fast as t3.5 lets anybody. The port is one of the process itself that answers at once, because a pty costs more than
what is measured here; master, poller, decoding, records, line protocol and the spool's commits are those of the
agent, and the server is away. A value counts when its record was handed to the spool with good quality. "Of one core"
divides by the processor time of the process, all its threads together. {ROUNDS} rounds of {ROUND_S:g} s each.
"""

if __name__ == "__main__":
    main()
