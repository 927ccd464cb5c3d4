"""Runs a script by hand: says what to do next, is told what came of it.

Whoever owns the bus asks for `step`, does it, and says `answered` or `failed`, until there is none. The script is the
author's own code: it may raise, yield rubbish or never end. Whatever it does, it ends here, and nothing is raised.
"""

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Final, Generic, TypeVar

from rtu_agent.driver_api.steps import Read, Reply, Step, StepFailed, Write

MOST_STEPS: Final = 200
"""After that many steps a script is told to end; a chain of SunSpec models is the longest known."""
LAST_STEPS: Final = 8
"""So many more it has to leave everything as it was found."""

_Result = TypeVar("_Result")


class ScriptError(Exception):
    """A script is wrong: a mistake of its author, never of a device."""


class Stepper(Generic[_Result]):
    """One run of one script.

    Args:
        script: the generator, not started yet.
        writes: whether it may write; a write that is not allowed fails before it reaches the bus.
        most_steps: after that many it is told to end.
    """

    def __init__(
        self, script: Generator[Step, Reply, _Result], *, writes: bool = False, most_steps: int = MOST_STEPS
    ) -> None:
        self._script = script
        self._writes = writes
        self._left = most_steps
        self.endless = False
        """It had to be told to end: it asked for too many steps."""
        self.step: Step | None = None
        """What to do next; None when the script has ended."""
        self.result: _Result | None = None
        """What it has returned; None if it has not, or ended early."""
        self.failure: StepFailed | None = None
        """The step because of which it ended early."""
        self.error: ScriptError | None = None
        """What is wrong with it."""
        self._resume(lambda: next(self._script))

    def answered(self, payload: bytes) -> None:
        """Say that the step was done, and what the device has answered."""
        if self.step is not None:
            reply = Reply.of(self.step, payload)
            self._resume(lambda: self._script.send(reply))

    def failed(self, reason: str) -> None:
        """Say that the step was not done; `reason` is the outcome, `exception` if the device has refused it."""
        if self.step is not None:
            self._throw(StepFailed(self.step, reason))

    def _throw(self, failure: StepFailed) -> None:
        self._resume(lambda: self._script.throw(failure))

    def _resume(self, go_on: Callable[[], Step]) -> None:
        self.step = None
        try:
            step = go_on()
        except StopIteration as end:
            self.result = end.value
        except StepFailed as failure:
            self._ended_by(failure)
        except Exception as error:  # noqa: BLE001 - the author's own code
            self.error = ScriptError(f"{type(error).__name__}: {error}")
        else:
            self._take(step)

    def _ended_by(self, failure: StepFailed) -> None:
        if failure.reason == "too_many_steps":
            self.error = ScriptError(f"has not ended; the last step was {failure.step}")
        else:
            self.failure = failure

    def _take(self, step: object) -> None:
        """Make `step` the next one, unless it may not be done."""
        self._left -= 1
        if not isinstance(step, Read | Write):
            self.abandon(f"yields {step!r}, which is neither a Read nor a Write")
        elif self._left < -LAST_STEPS:
            self.abandon(f"does not end when it is told to; the last step was {step}")
        elif self._left < 0 and not self.endless:
            self.endless = True
            self._throw(StepFailed(step, "too_many_steps"))
        elif isinstance(step, Write) and not self._writes:
            self._throw(StepFailed(step, "not_allowed"))
        else:
            self.step = step

    def abandon(self, why: str) -> None:
        """End the script now; `why` is what is wrong with it."""
        self.step = None
        self.error = ScriptError(why)
        with suppress(Exception):  # it may go on yielding, or raise something else
            self._script.close()
