"""Faults of the master's own adapter: what it hands over besides, later, or not at all."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from rtu_agent.simulator.faults.exchange import Exchange, Unplugging
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import choice, duration, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Fault):
    """The adapter hears what it sends and hands it over: the whole request, a part of it, or a damaged copy."""

    name: ClassVar[str] = "echo"
    what: str = choice("what", "whole", "what is handed over", ("whole", "partial", "corrupted"))

    def echoed(self, request: bytes, random: Random) -> bytes:
        """Return what the adapter hears of a request."""
        at = random.randrange(1, len(request)) if len(request) > 1 else 0
        if self.what == "partial":
            return random.choice((request[:at], request[at:]))
        if self.what == "corrupted":
            return request[:at] + bytes((request[at] ^ 1 << random.randrange(8),)) + request[at + 1 :]
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Fault):
    """The adapter collects what it receives and hands it over at the ticks of a timer, or when 62 bytes are there."""

    name: ClassVar[str] = "latency"
    by_s: float = duration("by", 0.016, "the time between two ticks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanish(Fault):
    """The port is gone in the middle of a reply and comes back under the same name."""

    name: ClassVar[str] = "vanish"
    for_s: float = duration("for", 1.0, "how long it is gone")
    after: int = whole("after", 3, "after how many characters of the reply", low=0, high=250)

    def alter(self, exchange: Exchange) -> None:
        """Pull it."""
        exchange.unplugging = Unplugging(self.after, self.for_s)
