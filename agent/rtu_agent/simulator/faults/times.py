"""Faults of time: replies that come late, in a queue, or never."""

from dataclasses import dataclass
from typing import ClassVar

from rtu_agent.simulator.faults.exchange import Exchange
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(Fault):
    """The reply comes when its request may have been given up: before, during or after the next one."""

    name: ClassVar[str] = "late"
    by_s: float = duration("by", 1.0, "how late at least")
    spread_s: float = duration("spread", 0.0, "how much later at most")

    def alter(self, exchange: Exchange) -> None:
        """Let it come later."""
        exchange.delay(self.by_s + exchange.random.uniform(0.0, self.spread_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Late):
    """The unit thinks long about every request, but not longer than its master waits."""

    name: ClassVar[str] = "slow"
    by_s: float = duration("by", 0.1, "how much longer than others at least")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Fault):
    """The unit takes long for every request and answers those that came meanwhile later, in their order."""

    name: ClassVar[str] = "queued"
    by_s: float = duration("by", 0.7, "how long it works on one request")

    def alter(self, exchange: Exchange) -> None:
        """Begin when the request before is answered; nothing is answered before this one is (see `Exchange`)."""
        exchange.memory.busy_until_s = max(exchange.heard_s, exchange.memory.busy_until_s) + self.by_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DropReply(Fault):
    """The unit answers, and nothing of it arrives."""

    name: ClassVar[str] = "drop-reply"

    def alter(self, exchange: Exchange) -> None:
        """Lose it."""
        exchange.parts.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRequest(Fault):
    """The unit does not hear the request."""

    name: ClassVar[str] = "drop-request"

    def misses(self, exchange: Exchange) -> bool:  # noqa: ARG002 - every request is missed
        """Every request that it strikes."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot(Fault):
    """The unit starts anew: it misses this request and all that come until it is up again."""

    name: ClassVar[str] = "reboot"
    for_s: float = duration("for", 2.0, "how long it is down")

    def misses(self, exchange: Exchange) -> bool:
        """Go down, and stay so (see `FaultPlan.hear`)."""
        exchange.memory.down_until_s = exchange.heard_s + self.for_s
        return True
