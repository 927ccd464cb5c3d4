"""What happens to the spool → events."""

from rtu_agent.events import RecordsDropped, SpoolChanged, Watcher
from rtu_agent.output.spool import Spool


class SpoolReport:
    """Says what was lost and what waits; may raise what the spool's methods raise."""

    def __init__(self, spool: Spool, watch: Watcher) -> None:
        self._spool = spool
        self._watch = watch

    def losses(self) -> None:
        """Say every loss that has not been said."""
        for loss in self._spool.take_losses():
            self._watch(RecordsDropped(loss.output, loss.records, loss.reason, loss.detail))

    def backlog(self, output: str) -> None:
        """Say how much `output` has still to accept."""
        backlog = self._spool.backlog(output)
        limit = self._spool.limits.max_bytes
        self._watch(SpoolChanged(output, backlog.records, backlog.size, limit, backlog.oldest_ms))
