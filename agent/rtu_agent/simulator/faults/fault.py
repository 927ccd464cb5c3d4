"""What every fault is."""

from dataclasses import dataclass
from typing import ClassVar

from rtu_agent.simulator.faults.exchange import Exchange
from rtu_agent.simulator.faults.parameters import share, text, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that can go wrong with a transaction. The first line of a kind's docstring is its explanation.

    Raises:
        ValueError: `p` is no probability.
    """

    name: ClassVar[str] = ""
    bus: str = text("bus", "on which bus, by its name; on all by default")
    units: range = units("unit", "which units it strikes, 3 or 2-5; all by default")
    p: float = share("p", 1.0, "how probably it strikes a request")

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueError(f"{self.name}: p is {self.p}; a probability is 0 to 1")

    def concerns(self, frame: bytes) -> bool:
        """Return whether a request to this unit can be struck."""
        return bool(frame) and frame[0] in self.units

    def misses(self, exchange: Exchange) -> bool:  # noqa: ARG002 - for those who do
        """Return whether the unit does not hear the request at all."""
        return False

    def alter(self, exchange: Exchange) -> None:
        """Change what goes on the wire for the request."""
