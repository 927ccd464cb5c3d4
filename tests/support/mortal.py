"""Units that can be killed, made to refuse, and healed while they are polled."""

from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.exchange import Exchange
from rtu_agent.simulator.faults.plan import FaultPlan


class Mortal(FaultPlan):
    """No fault at all, except that the units in `dead` hear nothing, and those in `refusing` have failed themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: frozenset[int] = frozenset()
        self.refusing: frozenset[int] = frozenset()
        self._refusal = FaultPlan.of("exception:code=04")

    def hear(self, request: bytes, now: float, line: LineSettings) -> Exchange | None:
        """Return the exchange of a request, None if its unit is dead."""
        if request[0] in self.refusing:
            return self._refusal.hear(request, now, line)
        return None if request[0] in self.dead else super().hear(request, now, line)
