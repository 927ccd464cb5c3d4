"""How near to the limit of the wire each client comes, and what a transaction costs the processor."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, median

from bench.kit.clients import CLIENTS
from bench.kit.wire import TURNAROUND_S, Trace, lateness, quantile, wires
from rtu_agent.protocol.timing import LineSettings

LINES = (LineSettings(9600), LineSettings(19200, "none", 2), LineSettings(38400), LineSettings(115200))
REGISTERS = (10, 60)
ROUNDS = 3
ROUND_S = 2.0
"""How long a round takes about, seconds."""


@dataclass
class Round:
    """One client on one wire."""

    trace: Trace
    cpu_s: float


def ideal_s(line: LineSettings, registers: int) -> float:
    """Return what one transaction takes at best: request, turnaround, reply, and the silence before the next."""
    return line.wire_s(8 + 5 + 2 * registers) + line.t35_s + TURNAROUND_S + line.t35_s


def measure(client: str, line: LineSettings, registers: int) -> Round:
    """Run one round."""
    with wires([line]) as played:
        wish = {
            "port": played.ports[0],
            "baudrate": line.baudrate,
            "stop_bits": line.stop_bits,
            "registers": registers,
            "count": max(20, int(ROUND_S / ideal_s(line, registers))),
        }
        command = [sys.executable, "-m", "bench.kit.clients", client, json.dumps(wish)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Round(played.traces[0], json.loads(told)["cpu_s"])


def row(client: str, line: LineSettings, registers: int, rounds: list[Round], async_cpu_s: float) -> str:
    """Return one row of the table."""
    limit_s = ideal_s(line, registers)
    each_s = [each_s for round_ in rounds for each_s in round_.trace.each_s]
    gaps_s = [gap - line.t35_s for round_ in rounds for gap in round_.trace.gaps_s]
    violations = sum(round_.trace.violations for round_ in rounds) / len(gaps_s)
    cpu_s = median(round_.cpu_s for round_ in rounds)
    return (
        f"| {client} | {limit_s / median(each_s):.3f} | {limit_s / mean(each_s):.3f} | "
        f"{1e3 * median(gaps_s):+.2f} | {1e3 * quantile(gaps_s, 0.99):+.2f} | "
        f"{violations:.1%} | {1e6 * cpu_s:.0f} | {cpu_s / async_cpu_s:.2f} |"
    )


def table(line: LineSettings, registers: int, rounds: Mapping[str, list[Round]]) -> str:
    """Return the table of one line and one size of reads."""
    async_cpu_s = median(round_.cpu_s for round_ in rounds["pymodbus async"])
    rows = [row(client, line, registers, mine, async_cpu_s) for client, mine in rounds.items()]
    late = lateness([round_.trace for mine in rounds.values() for round_ in mine])
    said = (
        f"{registers} registers at {line.baudrate} baud, {line.bits_per_character} bits to a character, "
        f"t3.5 {1e3 * line.t35_s:.2f} ms. The wire was late by {late}."
    )
    return "\n".join([said, "", HEAD, *rows])


def main() -> None:
    """Measure everything, the clients of one table in turns."""
    print("## Efficiency and processor time of a transaction\n\n" + (__doc__ or "") + INTRODUCTION)
    for line in LINES:
        for registers in REGISTERS:
            rounds: dict[str, list[Round]] = {client: [] for client in CLIENTS}
            for _ in range(ROUNDS):
                for client, mine in rounds.items():
                    mine.append(measure(client, line, registers))
            print("\n" + table(line, registers, rounds), flush=True)


HEAD = """\
| client | efficiency: median | mean | gap above t3.5, ms: median | 99 of 100 | t3.5 violated | CPU, µs | to async |
|---|---|---|---|---|---|---|---|"""

INTRODUCTION = f"""
Efficiency is the ideal time of a transaction (request, turnaround of t3.5 and 2 ms, reply, t3.5) divided by the time
from one request to the next, as the wire saw it: 1 is a wire that is never idle, and more than 1 is a client that
does not keep the silence of t3.5. Bytes reach the client one by one, which is the worst case for the processor.
{ROUNDS} rounds of {ROUND_S:g} s, the clients in turns; every transaction of every round counts, the mean shows what
the rest of the machine does to it; CPU is the median of the rounds. Clients and wire go before all other programs
where the system lets them. The busy loop is the floor: it never sleeps, judges nothing, and sends t3.5 after it has
seen the last byte; what it needs beyond the ideal is what machine and wire need to hand bytes over. pymodbus makes no
second attempt (`retries=0`); "to async" is the ratio to its asynchronous client.
"""

if __name__ == "__main__":
    main()
