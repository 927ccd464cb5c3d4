"""The two places where a writer can put records: a local output's files, or the spool of all network outputs."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.events import RecordsDropped, RecordsWritten, Watcher
from rtu_agent.output import line_protocol
from rtu_agent.output.contract import LocalOutput
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool, SpoolClosedError, SpoolDamagedError
from rtu_agent.output.spool_report import SpoolReport
from rtu_agent.output.writer import DropReason

SPOOL_NAME: Final = "spool"
"""The name under which trouble with the spool's own disk is said."""


class LocalFiles:
    """A local output."""

    def __init__(self, name: str, output: LocalOutput, watch: Watcher, clock: Clock) -> None:
        self.name = name
        self._output = output
        self._watch = watch
        self._clock = clock

    def write(self, records: Sequence[Record]) -> None:
        """Store the records."""
        started = self._clock.monotonic()
        self._output.write(records)
        self._watch(RecordsWritten(self.name, len(records), self._clock.monotonic() - started))

    def dropped(self, records: int, reason: DropReason, detail: str) -> None:
        """Say that records were given up."""
        self._watch(RecordsDropped(self.name, records, reason, detail))

    def close(self) -> None:
        """Close the output."""
        self._output.close()


class IntoSpool:
    """The spool; its senders are woken by what is new."""

    name = SPOOL_NAME

    def __init__(self, spool: Spool, watch: Watcher, clock: Clock) -> None:
        self._spool = spool
        self._senders: Sequence[Sender] = ()
        self._watch = watch
        self._clock = clock
        self._report = SpoolReport(spool, watch)

    def serve(self, senders: Sequence[Sender]) -> None:
        """Wake these from now on."""
        self._senders = senders

    def announce(self) -> None:
        """Wake every sender and say what was lost and what waits for it; what was written is safe whatever happens."""
        self._report.losses()
        self._announce()

    def write(self, records: Sequence[Record]) -> None:
        """Commit the records as one batch."""
        times = [record.time_ms for record in records]
        now_ms = int(self._clock.wall() * 1000)
        try:
            self._spool.append(line_protocol.body(records), len(records), min(times), max(times), now_ms)
        finally:
            self._report.losses()
        self._announce()

    def dropped(self, records: int, reason: DropReason, detail: str) -> None:
        """Say that records were given up, for every output that would have got them."""
        for sender in self._senders:
            self._watch(RecordsDropped(sender.name, records, reason, detail))

    def close(self) -> None:
        """Close the spool."""
        self._spool.close()

    def _announce(self) -> None:
        """Wake every sender and say what waits for it. What was written is safe, so nothing is raised any more."""
        for sender in self._senders:
            sender.wake()
            with suppress(sqlite3.Error, OSError, SpoolDamagedError, SpoolClosedError):
                self._report.backlog(sender.name)
