"""A script run without a device: which steps it takes, as far as that can be known beforehand."""

from collections.abc import Callable, Generator
from typing import Final, TypeVar

from rtu_agent.driver_api.stepper import Stepper
from rtu_agent.driver_api.steps import Read, Reply, Step

_BITS: Final = 8
_Result = TypeVar("_Result")
Answer = Callable[[Step], bytes]
"""Gives the payload that answers a step."""


def nothing_set(step: Step) -> bytes:
    """Answer a read with zeros."""
    if not isinstance(step, Read):
        return b""
    return bytes(2 * step.count if step.table in ("holding", "input") else (step.count + _BITS - 1) // _BITS)


def rehearse(
    script: Generator[Step, Reply, _Result], answer: Answer = nothing_set
) -> tuple[tuple[Step, ...], _Result | None]:
    """Return the steps of a script that is answered like this, and what it returns.

    Of a script that does not come to an end, for example because it waits for a flag, every step counts once.
    """
    stepper = Stepper(script, writes=True)
    steps: list[Step] = []
    while (step := stepper.step) is not None:
        steps.append(step)
        stepper.answered(answer(step))
    return tuple(dict.fromkeys(steps) if stepper.error else steps), stepper.result
