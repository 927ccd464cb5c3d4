"""A watcher that remembers, and lets a test wait for what other threads do."""

import time
from collections.abc import Callable
from threading import Condition
from typing import TypeVar

from rtu_agent.events import Event

E = TypeVar("E", bound=Event)

PATIENCE_S = 20.0


class Seen:
    """Collects every event."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = Condition()

    def __call__(self, event: Event) -> None:
        """Remember one event."""
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of this kind, in their order."""
        with self._changed:
            return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[E], condition: Callable[[E], bool] = lambda _: True) -> E:
        """Return the first event of this kind that fits, waiting for it if need be."""
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while True:
                for event in self.events:
                    if isinstance(event, kind) and condition(event):
                        return event
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no such {kind.__name__} came; there were: {self.events[-20:]}")
                self._changed.wait(left)


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until `condition` holds; fail after `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.005)
