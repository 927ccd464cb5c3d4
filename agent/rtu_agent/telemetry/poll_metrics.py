"""Events of polls → the metrics of the bus and of the values."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric

from rtu_agent.events import PollFinished
from rtu_agent.telemetry import families
from rtu_agent.telemetry.cycle import Cycle
from rtu_agent.telemetry.instruments import Instruments
from rtu_agent.telemetry.poll_counts import PollFate, PollLedger


class LedgerCollector:
    """Exposes the poll counts of all buses as they were at one moment, so that they add up at every scrape."""

    def __init__(self, ledger: PollLedger) -> None:
        self._ledger = ledger

    def describe(self) -> Iterable[Metric]:
        """Return the families without samples; the registry learns their names from it."""
        return [CounterMetricFamily(f.name, f.meaning, labels=f.labels) for f in families.LEDGER]

    def collect(self) -> Iterable[Metric]:
        """Return the families with the counts of now."""
        metrics = scheduled, good, failed, skipped = [
            CounterMetricFamily(f.name, f.meaning, labels=f.labels) for f in families.LEDGER
        ]
        for bus, counts in self._ledger.snapshot().items():
            scheduled.add_metric((bus,), counts.scheduled)
            good.add_metric((bus,), counts.good)
            for reason, count in counts.failed.items():
                failed.add_metric((bus, reason), count)
            for reason, count in counts.skipped.items():
                skipped.add_metric((bus, reason), count)
        return metrics


class PollMetrics:
    """What the polls of one bus took and brought."""

    def __init__(self, instruments: Instruments, bus: str, devices: Iterable[str] = ()) -> None:
        self._cycle = Cycle(devices)
        self._cycle_duration = instruments.histogram(families.BUS_CYCLE, bus)
        self._duration = instruments.histogram(families.BUS_POLL_DURATION, bus)
        self._lag = instruments.gauge(families.BUS_SCHEDULE_LAG, bus)
        self._readings = instruments.counter(families.READINGS, bus)
        self._held_back = instruments.counter(families.RECORDS_HELD_BACK, bus)
        self._rejected = {
            reason: instruments.counter(families.READINGS_REJECTED, bus, reason) for reason in families.REASONS
        }

    def keep(self, devices: Iterable[str]) -> None:
        """The bus has these devices from now on."""
        self._cycle.keep(devices)

    def met(self, fate: PollFate, now: float) -> None:
        """Take in that a poll met its fate at `now`, monotonic seconds."""
        took_s = self._cycle.met(fate.device, now)
        if took_s is not None:
            self._cycle_duration.observe(took_s)

    def __call__(self, event: PollFinished) -> None:
        """Count one poll; the groups that rode along brought nothing of their own."""
        if event.rider:
            return
        self._duration.observe(event.duration_s)
        self._lag.set(event.lag_s)
        self._readings.inc(sum(value is not None for value in event.record.values))
        for reason in event.record.reasons.values():
            self._rejected[reason].inc()

    def held_back(self) -> None:
        """Count a record that no output gets."""
        self._held_back.inc()
