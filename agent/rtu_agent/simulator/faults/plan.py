"""Decides what happens to every request, and can decide it again.

Decisions come from one generator in the order of the calls. The same faults, the same seed and the same requests give
the same troubles, so a failure is replayed by its seed.
"""

from collections.abc import Iterable
from random import Random
from typing import Self

from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.adapter import Echo, Latency, Vanish
from rtu_agent.simulator.faults.exchange import Exchange, Memory
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.spec import parse


class FaultPlan:
    """The faults of one bus.

    Args:
        faults: what can go wrong; those that strike one request do so in this order.
        seed: another seed strikes others.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int | str = 0) -> None:
        faults = tuple(faults)
        self._echoes = [fault for fault in faults if isinstance(fault, Echo)]
        self._faults = [fault for fault in faults if not isinstance(fault, Echo | Latency)]
        self._random = Random(seed)  # noqa: S311 - trouble, not secrets
        self._memories: dict[int, Memory] = {}
        self.latency_s = max((fault.by_s for fault in faults if isinstance(fault, Latency)), default=0.0)
        """The adapter's timer; 0 is none."""
        self.unplugs = any(isinstance(fault, Vanish) for fault in faults)
        """Whether the port may vanish, so that it needs a name that it can come back under."""

    @classmethod
    def of(cls, *specs: str, seed: int | str = 0) -> Self:
        """Return the plan of faults written as on the command line: `FaultPlan.of("late:unit=3,p=0.1")`.

        Raises:
            FaultSpecError: one of them is no fault.
        """
        return cls(map(parse, specs), seed)

    def stop(self) -> None:
        """Let nothing more go wrong; what is on its way still arrives."""
        self._echoes, self._faults = [], []
        self.latency_s = 0.0
        for memory in list(self._memories.values()):  # the wire may be at work in another thread
            memory.down_until_s = float("-inf")

    def echo(self, request: bytes) -> bytes:
        """Return what the adapter hands over of a request that the master has just sent."""
        return b"".join(fault.echoed(request, self._random) for fault in self._echoes if self._strikes(fault, request))

    def hear(self, request: bytes, now: float, line: LineSettings) -> Exchange | None:
        """Return the exchange of a request, None if its unit does not hear it."""
        memory = self._memories.setdefault(request[0], Memory())
        if now < memory.down_until_s:
            return None
        exchange = Exchange(request, now, line, self._random, memory)
        struck = [fault for fault in self._faults if self._strikes(fault, request)]
        if [fault for fault in struck if fault.misses(exchange)]:
            return None
        exchange.troubles = [fault.alter for fault in struck]
        return exchange

    def _strikes(self, fault: Fault, request: bytes) -> bool:
        return fault.concerns(request) and self._random.random() < fault.p
