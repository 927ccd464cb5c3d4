"""One poll on its way: which block is next, what the answers make of it, and when it is over.

A block whose reply says busy (06) or acknowledge (05) was not refused: the others are read first, then it is asked
again after pauses that grow, as long as there is time before the poll's next tick. A block that was refused, that the
device had another trouble with, or whose reply was damaged, costs its own values only. A reply that did not come ends
the poll: to ask on would only cost the same time again.
"""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self

from rtu_agent.domain.registers import Span
from rtu_agent.events import OutcomeKind
from rtu_agent.poll.device_plans import PollPlan
from rtu_agent.poll.health import SILENT
from rtu_agent.poll.job import Tick
from rtu_agent.protocol.outcome import Outcome

if TYPE_CHECKING:
    from rtu_agent.poll.run import Run

BUSY_CODES: Final = frozenset({0x05, 0x06})
"""Acknowledge, server device busy."""
ANSWERED: Final[frozenset[OutcomeKind]] = frozenset({"good", "exception"})
ENDS: Final[frozenset[OutcomeKind]] = SILENT | {"line_busy", "port_lost"}
"""Outcomes after which nothing more is asked."""
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0


class Progress:
    """One poll of one device. All times are seconds on the monotonic clock.

    Args:
        plan: what is read.
        ticks: for whom: the tick that was taken, then those that ride along.
        started: when.
        give_up_at: when a busy device has had its time.
    """

    def __init__(self, plan: PollPlan, ticks: Sequence[Tick], started: float, give_up_at: float) -> None:
        self.plan = plan
        self.ticks = tuple(ticks)
        self.started = started
        self.payloads: list[bytes | None] = [None] * len(plan.blocks)
        self.kind: OutcomeKind = "good" if plan.blocks else "exception"
        """How the poll ends, as far as it has come."""
        self.held_s = 0.0
        """How long it held the bus."""
        self.endless = False
        """It was read by a script that had to be told to end."""
        self.mistake = ""
        """What the driver has to answer for."""
        self.first: Outcome | None = None
        self.last: Outcome | None = None
        self._give_up_at = give_up_at
        self._left = deque(range(len(plan.blocks)))
        self._busy: list[int] = []
        self._pause_s = FIRST_PAUSE_S
        self.resume_at = started
        """When a poll that waits for a busy device goes on."""

    @property
    def block(self) -> Span | None:
        """The block to ask for now; None when the poll waits or is over."""
        return self.plan.blocks[self._left[0]] if self._left else None

    @property
    def over(self) -> bool:
        """True when nothing is left to ask for."""
        return not self._left and not self._busy

    def resume(self) -> None:
        """The pause is over: ask again for what the device was too busy for."""
        self._left.extend(self._busy)
        self._busy.clear()

    def heard(self, outcome: Outcome) -> None:
        """Take what came of `block`."""
        self.first = self.first or outcome
        self.last = outcome
        self.held_s += outcome.free_at - outcome.sent_at
        place = self._left.popleft()
        if outcome.good:
            self.payloads[place] = outcome.payload
        elif outcome.exception_code in BUSY_CODES:
            self._busy.append(place)
        else:
            self._failed(outcome.kind)
        if self._busy and not self._left:
            self._wait(outcome.ended_at)

    def ran(self, run: "Run[None]", payloads: Sequence[bytes | None]) -> None:
        """Take what a script has brought, which reads all of the plan in one run."""
        self.first, self.last, self.held_s = run.first, run.last, run.held_s
        self.payloads = [*payloads]
        self.endless = run.endless
        self.fail(run.kind, run.mistake)

    def fail(self, kind: OutcomeKind, mistake: str = "") -> None:
        """Ask for nothing more; the poll ends like this."""
        self._left.clear()
        self._busy.clear()
        self.kind, self.mistake = kind, mistake

    def failed(self, kind: OutcomeKind, mistake: str = "") -> Self:
        """Return the poll, ended like this."""
        self.fail(kind, mistake)
        return self

    def give_up(self) -> None:
        """Ask for nothing more."""
        if self._busy or self._left:
            self._busy.clear()
            self._left.clear()
            self._failed("exception")

    def _failed(self, kind: OutcomeKind) -> None:
        if kind in ENDS:
            self._left.clear()
            self._busy.clear()
        if kind not in ANSWERED or self.kind == "good":
            self.kind = kind

    def _wait(self, now: float) -> None:
        self.resume_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        if self.resume_at >= self._give_up_at:
            self.give_up()
