"""What the units of a bus really answered: the record that convicts a value nobody sent.

A reply is entered as its unit made it, before the wire does anything to it. An accepted value is right only if a unit
answered exactly that to the request that asked for it, while it was under way.
"""

from bisect import bisect_left
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """One reply.

    Attributes:
        heard_s: when the unit heard the request, on the wire's clock.
        request: the frame of the request.
        reply: the frame of the reply.
    """

    heard_s: float
    request: bytes
    reply: bytes

    @property
    def data(self) -> bytes:
        """The items of the reply as on the wire."""
        return self.reply[3:-2]


class Journal:
    """All replies of one bus, in the order of their requests. Give it to `SimulatedBus(journal=journal.add)`."""

    def __init__(self) -> None:
        self._answers: list[Answered] = []

    def __len__(self) -> int:
        return len(self._answers)

    def add(self, answered: Answered) -> None:
        """Enter a reply."""
        self._answers.append(answered)

    def forget(self, before_s: float) -> None:
        """Keep only what was heard from a time on; a long test needs no more."""
        self._answers = [answered for answered in self._answers if answered.heard_s >= before_s]

    def holds(self, request: bytes, data: bytes, since_s: float, until_s: float) -> bool:
        """Return whether `data` was answered to `request`, which was heard between two times."""
        first = bisect_left(self._answers, since_s, key=lambda answered: answered.heard_s)
        for answered in self._answers[first:]:
            if answered.heard_s > until_s:
                return False
            if answered.request == request and answered.data == data:
                return True
        return False
