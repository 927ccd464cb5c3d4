"""Outputs that do as they are told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from pydantic import BaseModel

from rtu_agent.clock import SystemClock
from rtu_agent.domain.record import Record
from rtu_agent.output.contract import Action, LocalOutput, NetworkOutput, Verdict
from rtu_agent.output.delivery import Delivery
from support.watching import Seen

ACCEPTED = Verdict(Action.ACCEPTED)


class NoSettings(BaseModel):
    """An entry without keys."""


class ListOutput(LocalOutput):
    """Keeps records in memory; while `error` is set it raises that instead; while `gate` is clear it hangs."""

    Settings = NoSettings

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.groups: list[int] = []
        self.error: Exception | None = None
        self.tries = 0
        self.closed = False
        self.gate = Event()
        self.gate.set()

    def write(self, records: Sequence[Record]) -> None:
        """Keep the records."""
        self.gate.wait()
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.groups.append(len(records))
        self.records += records

    def close(self) -> None:
        """Remember it."""
        self.closed = True


class FakeServer(NetworkOutput):
    """Answers by `judge`, and keeps the lines of every accepted body; while `gate` is clear it hangs."""

    Settings = NoSettings

    def __init__(self, judge: Callable[[bytes], Verdict] = lambda _: ACCEPTED) -> None:
        self.judge = judge
        self.bodies: list[bytes] = []
        self.stored: set[str] = set()
        self.closed = Event()
        self.gate = Event()
        self.gate.set()

    def send(self, body: bytes) -> Verdict:
        """Answer."""
        self.bodies.append(body)
        self.gate.wait()
        verdict = self.judge(body)
        if verdict.action is Action.ACCEPTED:
            self.stored |= set(body.decode().split("\n"))
        return verdict

    def close(self) -> None:
        """Remember it."""
        self.closed.set()


@contextmanager
def delivering(outputs: Mapping[str, LocalOutput | NetworkOutput], spool_file: Path, seen: Seen) -> Iterator[Delivery]:
    """A running delivery."""
    delivery = Delivery(outputs, spool_file, seen, SystemClock())
    delivery.start()
    try:
        yield delivery
    finally:
        for output in outputs.values():
            if isinstance(output, ListOutput | FakeServer):
                output.gate.set()
        delivery.stop(5.0)


def accept(delivery: Delivery, records: list[Record]) -> None:
    """Hand over all of them."""
    for each in records:
        delivery.accept(each)
