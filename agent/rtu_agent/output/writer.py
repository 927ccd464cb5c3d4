"""The thread that writes records to disk in groups: one for each local output, one for the spool.

`accept` only appends to a queue in memory, so the event loop never waits for a disk. While the disk fails, the group is
tried again and the queue fills; when it is full the oldest records go, counted.
"""

import random
from collections import Counter, deque
from collections.abc import Sequence
from threading import Condition, Event, Thread
from typing import Final, Literal, Protocol

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.text import in_words, printable
from rtu_agent.events import OutputEnded, OutputEvent, Watcher
from rtu_agent.output.contract import EndedError
from rtu_agent.output.outage import Outage
from rtu_agent.output.retry import Backoff

GROUP_RECORDS: Final = 1000
GROUP_S: Final = 0.8
"""How long the first record of a group waits for others; with the commit itself it is on disk within a second."""
LONGEST_PAUSE_S: Final = 2.0
"""Between two tries. Nobody else suffers from them, and what waits for a disk that is well again waits in memory."""
MOST_WAITING: Final = 20_000
"""Records kept in memory while the disk does not take them: some 30 MB."""

DropReason = Literal["overflow", "unwritable"]


class Destination(Protocol):
    """Where a writer puts its records, and who is told about it."""

    name: str

    def write(self, records: Sequence[Record]) -> None:
        """Commit the records and say so; raise `EndedError` never to be asked again, anything else to be, with them."""

    def dropped(self, records: int, reason: DropReason, detail: str) -> None:
        """Say that records were given up."""


class Writer:
    """Writes to one destination until it is stopped."""

    def __init__(self, destination: Destination, watch: Watcher, clock: Clock) -> None:
        self._destination = destination
        self._watch = watch
        self._clock = clock
        self._outage = Outage(destination.name)
        self._backoff = Backoff(random.random, LONGEST_PAUSE_S)
        self._waiting: deque[Record] = deque()
        self._overflowed: Counter[DropReason] = Counter()
        self._ended = ""
        """Why the destination takes nothing any more; empty while it does."""
        self._due = 0.0
        self._changed = Condition()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=f"write to {destination.name}", daemon=True)

    def start(self) -> None:
        """Start the thread, if it is not started yet."""
        with self._changed:
            if self._thread.ident is None:
                self._thread.start()

    def accept(self, record: Record) -> None:
        """Take a record; never blocks for longer than it takes to append to a queue."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                self._overflowed["unwritable" if self._outage.lasts else "overflow"] += 1
            self._waiting.append(record)
            if len(self._waiting) == 1:
                self._due = self._clock.monotonic() + GROUP_S
            if len(self._waiting) in (1, GROUP_RECORDS):
                self._changed.notify()

    def stop(self, timeout_s: float) -> bool:
        """Write what was accepted; False if the disk took longer than `timeout_s` seconds and records were given up."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self.start()  # the agent may be stopped in the middle of a reload, when records wait for who has not begun yet
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            return True
        with self._changed:
            left, self._waiting = len(self._waiting), deque()
        if left:
            self._destination.dropped(left, "unwritable", "the disk did not answer before the agent had to stop")
        return False

    def _run(self) -> None:
        while group := self._next_group():
            self._write(group)
            self._report_overflow()

    def _next_group(self) -> list[Record]:
        """Wait for the next group; empty when stopped and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping.is_set())
            patience_s = max(0.0, self._due - self._clock.monotonic())
            self._changed.wait_for(lambda: len(self._waiting) >= GROUP_RECORDS or self._stopping.is_set(), patience_s)
            return [self._waiting.popleft() for _ in range(min(GROUP_RECORDS, len(self._waiting)))]

    def _write(self, group: Sequence[Record]) -> None:
        """Try until it is written; when the agent stops, once more."""
        while not self._ended:
            last_try = self._stopping.is_set()
            try:
                self._destination.write(group)
            except EndedError as error:
                self._ended = printable(str(error)) or "it has ended"
                self._watch(OutputEnded(self._destination.name, self._ended))
                break
            except Exception as error:  # noqa: BLE001 - an output may be anybody's; whatever it raises, it is asked again
                reason = in_words(error)
            else:
                self._backoff.reset()
                self._say(self._outage.succeeded(self._clock.monotonic()))
                return
            pause_s = self._backoff.next_s()
            self._say(self._outage.failed("retryable", reason, pause_s, self._clock.monotonic()))
            self._report_overflow()
            if last_try:
                self._destination.dropped(len(group), "unwritable", reason)
                return
            self._stopping.wait(pause_s)
        self._destination.dropped(len(group), "unwritable", self._ended)

    def _report_overflow(self) -> None:
        with self._changed:
            overflowed, self._overflowed = self._overflowed, Counter()
        for reason, records in overflowed.items():
            self._destination.dropped(records, reason, "more waited for the disk than memory may hold")

    def _say(self, event: OutputEvent | None) -> None:
        if event is not None:
            self._watch(event)
