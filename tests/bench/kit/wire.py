"""The wires of a benchmark, as whoever measures sees them: ports to use, and afterwards what passed."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from rtu_agent.protocol.timing import LineSettings

TURNAROUND_S = 0.002
"""How long the simulated slaves think after the silence that ends a request."""


class Passed(NamedTuple):
    """One transmission; seconds on the monotonic clock, which all processes share."""

    sender: str
    start_s: float
    end_s: float
    received_s: float


@dataclass
class Trace:
    """What passed on one wire."""

    line: LineSettings
    passed: list[Passed]

    @property
    def gaps_s(self) -> list[float]:
        """The silence between the last byte of a reply, as it was handed over, and the arrival of the next request."""
        return [
            after.start_s - before.received_s
            for before, after in pairwise(self.passed)
            if before.sender == "slave" and after.sender == "master"
        ]

    @property
    def violations(self) -> int:
        """How often that was less than t3.5; the clock's own steps are no violation."""
        return sum(gap_s < self.line.t35_s - 1e-6 for gap_s in self.gaps_s)

    @property
    def lateness_s(self) -> list[float]:
        """How late the wire itself was with the last byte of each reply."""
        return [passed.received_s - passed.end_s for passed in self.passed if passed.sender == "slave"]

    @property
    def each_s(self) -> list[float]:
        """Seconds from each request to the next."""
        return [b - a for a, b in pairwise(passed.start_s for passed in self.passed if passed.sender == "master")]


@dataclass
class Wires:
    """Wires that are played by another process."""

    process: "subprocess.Popen[str]"
    lines: Sequence[LineSettings]
    ports: list[str]
    first: bool
    """The process goes before all others of the machine."""
    traces: list[Trace] = field(default_factory=list)
    cpu_s: float = 0.0

    def silence(self, wire: int, units: Sequence[int]) -> None:
        """Let exactly these units of a wire be dead from now on."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, ("dead", wire, *units))) + "\n")
        self.process.stdin.flush()


@contextmanager
def wires(lines: Sequence[LineSettings], *, handover_s: float = 0.0) -> Iterator[Wires]:
    """Play wires for as long as the context lasts; then their traces are there.

    Args:
        lines: baud rate and length of a character of each; no parity, which a pty refuses.
        handover_s: how often bytes are handed over at most; 0 is one by one, as each has passed.
    """
    wish = {"lines": [[line.baudrate, line.stop_bits] for line in lines], "handover_s": handover_s}
    command = [sys.executable, "-m", "bench.kit.wires", json.dumps(wish)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            played = Wires(process, lines, told["ports"], told["first"])
            yield played
            rest = json.loads(process.communicate(timeout=60)[0])
            played.cpu_s = rest["cpu_s"]
            played.traces = [
                Trace(line, [Passed(*passed) for passed in trace])
                for line, trace in zip(lines, rest["traces"], strict=True)
            ]
        finally:
            process.kill()


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def lateness(traces: Sequence[Trace]) -> str:
    """Say how late the wires themselves were."""
    late_s = [late for trace in traces for late in trace.lateness_s]
    return f"{1e6 * median(late_s):.0f} µs in the median, {1e6 * quantile(late_s, 0.99):.0f} µs in 99 of 100"
