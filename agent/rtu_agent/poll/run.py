"""One run of a script on its way: what is next, what the answers make of it, and what it leaves to be put back.

Theory of operation
-------------------
The script is the author's own code, and `Stepper` lets it do no harm to us. This is about the harm that it may leave on
the device: a page register that still selects what was read last. So a run remembers what each register held when it
read it, and what it has written there since.

    the script puts it back            nothing is owed
    that write is not done             it is owed: nobody knows what stands there now
    the run ends before that           it is owed, whatever the reason: a reply that did not come, a mistake, a stop

What is owed is for the device to be paid before anything else is asked of it. A register that the run has not read
before it wrote it is a command, not a setting: it is never written a second time.

A run is stopped when the agent ends. Then nothing more is read, and the script has its last steps to write what it
must.
"""

from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from rtu_agent.driver_api.planned import Points
from rtu_agent.driver_api.stepper import LAST_STEPS, Stepper
from rtu_agent.driver_api.steps import Read, Reply, Script, Step, Write
from rtu_agent.events import OutcomeKind
from rtu_agent.poll.health import verdict
from rtu_agent.poll.progress import BUSY_CODES
from rtu_agent.protocol.outcome import Outcome

NOT_ALLOWED: Final = "not_allowed"
NOT_POSSIBLE: Final = "not_possible"
STOPPED: Final = "stopped"
_MISTAKES: Final = {
    NOT_ALLOWED: "the site does not allow to write to the device; its entry needs `allow_writes: true`",
    NOT_POSSIBLE: "no request can ask for this",
}
"""Reasons for which a step fails that the author has to answer for, and what is to be said of them."""

Place = tuple[str, int]
"""Table and address on the wire."""
_Result = TypeVar("_Result")


class Run(Generic[_Result]):
    """One run of one script.

    Args:
        stepper: runs it.
        points: what it has to read; nothing for a script that finds something out.
    """

    def __init__(self, stepper: Stepper[_Result], points: Points | None = None) -> None:
        self._stepper = stepper
        self._points = points
        self._found: dict[Place, int] = {}
        self._stands: dict[Place, int | None] = {}
        """What was written; None where that is not known."""
        self._before: dict[Place, int | None] = {}
        self._unpaid: set[Place] = set()
        self._trouble: OutcomeKind | None = None
        self._stops_after: int | None = None
        self.first: Outcome | None = None
        self.last: Outcome | None = None
        self.held_s = 0.0
        """How long it held the bus."""

    # -- step by step --------------------------------------------------------------------------------------------------

    @property
    def step(self) -> Step | None:
        """What to do next; None when the run is over."""
        return self._stepper.step

    def sent(self) -> None:
        """The step is on its way: from now on nobody knows what stands where it writes."""
        self._before = {**self._stands}
        if isinstance(self.step, Write):
            self._stands |= dict.fromkeys(_written(self.step))

    def heard(self, outcome: Outcome) -> None:
        """Take what came of the step."""
        self.first = self.first or outcome
        self.last = outcome
        self.held_s += outcome.free_at - outcome.sent_at
        if outcome.good:
            self._done(outcome.payload)
        else:
            self._trouble = verdict(outcome)
            self._not_done(self._trouble, may_yet=self._trouble != "exception" or outcome.exception_code in BUSY_CODES)

    def failed(self, reason: str) -> None:
        """Say that the step was not even sent."""
        self._stands = self._before
        if reason not in _MISTAKES:
            self._trouble = self._trouble or "no_reply"
        self._not_done(reason, may_yet=reason not in _MISTAKES)

    def stop(self) -> None:
        """Let a script that is not over put back what it must, and do nothing else."""
        if self.step is None:
            return
        self._stops_after = LAST_STEPS
        self._not_done(STOPPED, may_yet=True)

    def _done(self, payload: bytes) -> None:
        step = self._stepper.step
        if isinstance(step, Read):
            for place, word in enumerate(Reply.of(step, payload)):
                self._find((step.table, step.address + place), word)
        elif step is not None:
            self._stands |= _written(step)
            self._unpaid -= _written(step).keys()
        self._stepper.answered(payload)
        self._pass_over_reads()

    def _find(self, place: Place, word: int) -> None:
        if place not in self._stands:
            self._found.setdefault(place, word)

    def _not_done(self, reason: str, *, may_yet: bool) -> None:
        step = self._stepper.step
        if isinstance(step, Write):
            restoring = {place for place, word in _written(step).items() if self._found.get(place) == word}
            if may_yet:
                self._unpaid |= restoring
            else:
                self._stands = {place: word for place, word in self._stands.items() if place not in restoring}
        self._stepper.failed(reason)
        self._pass_over_reads()

    def _pass_over_reads(self) -> None:
        """Of a run that is stopped, only writes are done; what it does not get done in its last steps is left."""
        if self._stops_after is not None:
            self._stops_after = max(0, self._stops_after - 1)
            if self._stops_after == 0:
                self._stepper.abandon("does not stop when it is told to")
            elif isinstance(self.step, Read):
                self._not_done(STOPPED, may_yet=True)

    # -- when it is over -----------------------------------------------------------------------------------------------

    @property
    def result(self) -> _Result | None:
        """What the script has returned."""
        return self._stepper.result

    @property
    def endless(self) -> bool:
        """True when the script had to be told to end; it will be no other the next time."""
        return self._stepper.endless

    @property
    def owed(self) -> Mapping[Place, int]:
        """What must be put back, by place."""
        early = self._stepper.error or self._stepper.failure or self._stops_after is not None
        return {
            place: self._found[place]
            for place, word in self._stands.items()
            if place in self._found
            and (word is None or place in self._unpaid or (early and word != self._found[place]))
        }

    @property
    def kind(self) -> OutcomeKind:
        """How the run has ended: good when all that it had to read was read."""
        if self.mistake:
            return "driver_failed"
        missing = self._points is not None and None in self._points.payloads
        if not (missing or self._stepper.failure):
            return "good"
        return self._trouble or "no_reply"

    @property
    def mistake(self) -> str:
        """What the author has to answer for, in words; nothing if it is the device or the wire."""
        failure = self._stepper.failure
        if self._stepper.error is not None:
            return str(self._stepper.error)
        if failure is not None:
            return f"{failure.step}: {_MISTAKES[failure.reason]}" if failure.reason in _MISTAKES else ""
        if self._trouble is None and self._points is not None and None in self._points.payloads:
            return "the script has not read all of its points: it must say `yield from points`"
        return ""


def reading(script: Script, points: Points, *, writes: bool) -> "Run[None]":
    """Return a run of the script that reads `points`."""
    return Run(Stepper(script, writes=writes), points)


def _written(step: Write) -> dict[Place, int]:
    words = step.value if isinstance(step.value, tuple) else (step.value,)
    return {(step.table, step.address + place): word for place, word in enumerate(words)}
