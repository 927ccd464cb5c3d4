"""A process of its own that plays wires with slaves on them, and writes down what passed and how late it was itself.

    python -m bench.kit.wires '{"lines": [[115200, 1]], "handover_s": 0.0}'

It offers one pty for each line and names them in one line of JSON. On its standard input `dead 0 1 2 3` silences the
units 1, 2 and 3 of the first wire; at the end of its input it prints the trace of every wire and ends.

Every unit answers reads of registers, with the words of the float 230.2.
"""

import contextlib
import json
import os
import select
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from bench.kit.priority import take_priority
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.ptys import Pty
from rtu_agent.simulator.wire import Transmission, Wire

WORDS = bytes.fromhex("43663333") * 63
REQUEST = 8
PRIORITY = 40


@dataclass
class End:
    """One wire with its pty, and the times of what passed: start, end and handing over of every transmission."""

    pty: Pty
    wire: Wire = field(init=False)
    trace: list[tuple[str, float, float, float]] = field(default_factory=list)
    replies: dict[bytes, bytes] = field(default_factory=dict)
    dead: set[int] = field(default_factory=set)
    deadline: float = float("inf")

    def heard(self, now: float) -> None:
        """Take what the master has written."""
        if data := self.pty.read():
            self.wire.write_master(data, now)
        self.carry(now)

    def carry(self, now: float) -> None:
        """Hand over what is due on both sides."""
        for request in self.wire.read_slaves(now):
            if reply := self.answer(request):
                self.wire.write_slaves(reply, now)
        if arrived := self.wire.read_master(now):
            self.pty.write(arrived)
        deadline = self.wire.next_deadline()
        self.deadline = float("inf") if deadline is None else deadline

    def answer(self, request: bytes) -> bytes:
        """Return the reply of the unit that is asked, if it is there."""
        if len(request) != REQUEST or request[0] in self.dead or not crc_is_good(request):
            return b""
        if request not in self.replies:
            size = 2 * int.from_bytes(request[4:6], "big")
            offset = 2 * (request[3] % 2)
            self.replies[request] = frame(request[0], bytes((request[1], size)) + WORDS[offset : offset + size])
        return self.replies[request]

    def note(self, passed: Transmission) -> None:
        """Write down one transmission."""
        self.trace.append((passed.sender, passed.start_s, passed.end_s, passed.received_s))


def play(ends: list[End]) -> None:
    """Carry bytes until the standard input ends."""
    by_fd: dict[int, End] = {end.pty.fileno(): end for end in ends}
    watched = [sys.stdin.fileno(), *by_fd]
    while True:
        soonest = min(end.deadline for end in ends)
        wait_s = None if soonest == float("inf") else max(0.0, soonest - time.monotonic())
        readable, _, _ = select.select(watched, [], [], wait_s)
        now = time.monotonic()
        for fd in readable:
            if fd in by_fd:
                by_fd[fd].heard(now)
            elif not obey(os.read(fd, 4096).decode(), ends):
                return
        for end in ends:
            if end.deadline <= now:
                end.carry(now)


def obey(said: str, ends: list[End]) -> bool:
    """Take commands; return False at the end of them."""
    for line in said.splitlines():
        _, wire, *units = line.split()
        ends[int(wire)].dead = {int(unit) for unit in units}
    return bool(said)


def main(wish: dict[str, Any]) -> None:
    """Offer ptys, play, and print what passed."""
    first = take_priority(PRIORITY)
    ends = [End(Pty()) for _ in wish["lines"]]
    for end, (baudrate, stop_bits) in zip(ends, wish["lines"], strict=True):
        line = LineSettings(baudrate, "none", stop_bits)
        end.wire = Wire(line, handover_s=wish["handover_s"], trace=end.note)
    print(json.dumps({"ports": [end.pty.path for end in ends], "first": first}), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        play(ends)
    print(json.dumps({"traces": [end.trace for end in ends], "cpu_s": time.process_time()}), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
