"""A device made of a few registers, which answers a script step by step."""

from collections.abc import Generator
from typing import TypeVar

from rtu_agent.driver_api import Read, Reply, Stepper, Write

_Result = TypeVar("_Result")


class Registers:
    """Answers reads of what it has, takes writes, and refuses all else; what is in `silent` gets no reply."""

    def __init__(self, words: dict[int, int], silent: tuple[int, ...] = ()) -> None:
        self.words = dict(words)
        self.silent = silent
        self.seen: list[Read | Write] = []

    def run(self, script: Generator[Read | Write, Reply, _Result], *, writes: bool = True) -> Stepper[_Result]:
        """Return the run of a script after its end."""
        stepper = Stepper(script, writes=writes)
        while (step := stepper.step) is not None:
            self.seen.append(step)
            if step.address in self.silent:
                stepper.failed("no_reply")
            elif isinstance(step, Write):
                assert isinstance(step.value, int), "scripts of these tests write one register at a time"  # noqa: S101
                self.words[step.address] = step.value
                stepper.answered(b"")
            else:
                self._read(stepper, step)
        return stepper

    def _read(self, stepper: Stepper[_Result], step: Read) -> None:
        addresses = range(step.address, step.address + step.count)
        if all(address in self.words for address in addresses):
            stepper.answered(b"".join(self.words[address].to_bytes(2, "big") for address in addresses))
        else:
            stepper.failed("exception")
