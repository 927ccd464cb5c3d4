"""Events of an output → its metrics."""

from collections.abc import Callable

from rtu_agent.events import OutputEvent, RecordsDropped, RecordsWritten, SpoolChanged, WriteFailed
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments


class OutputMetrics:
    """The metrics of one output and of what waits for it."""

    def __init__(self, instruments: Instruments, output: str, wall: Callable[[], float]) -> None:
        self._instruments = instruments
        self._output = output
        self._wall = wall
        self._writes = {
            outcome: instruments.counter(families.OUTPUT_WRITES, output, outcome) for outcome in families.WRITES
        }
        self._records = instruments.counter(families.OUTPUT_RECORDS, output)
        self._duration = instruments.histogram(families.OUTPUT_DURATION, output)
        self._last_success = instruments.gauge(families.OUTPUT_LAST_SUCCESS, output)
        self._dropped = {
            reason: instruments.counter(families.OUTPUT_DROPPED, output, reason) for reason in families.DROPS
        }

    def __call__(self, event: OutputEvent) -> None:
        """Count one event of this output."""
        match event:
            case RecordsWritten():
                self._written(event)
            case WriteFailed(kind=kind):
                self._writes[kind].inc()
            case RecordsDropped(records=records, reason=reason):
                self._dropped[reason].inc(records)
            case SpoolChanged():
                self._spool(event)

    def _written(self, event: RecordsWritten) -> None:
        self._writes["ok"].inc()
        self._records.inc(event.records)
        self._duration.observe(event.duration_s)
        self._last_success.set(self._wall())

    def _spool(self, event: SpoolChanged) -> None:
        gauge = self._instruments.gauge
        gauge(families.SPOOL_RECORDS, self._output).set(event.records)
        gauge(families.SPOOL_SIZE, self._output).set(event.size_bytes)
        gauge(families.SPOOL_LIMIT, self._output).set(event.limit_bytes)
        # A time of 0 would look like a backlog half a century old to every rule that forgets to ask.
        if event.oldest_ms is None:
            self._instruments.forget(families.SPOOL_OLDEST, self._output)
        else:
            gauge(families.SPOOL_OLDEST, self._output).set(event.oldest_ms / 1000)
