"""Events of polls and devices → the metrics of the bus, of the device and of the values."""

from collections.abc import Iterable

from prometheus_client import Counter
from prometheus_client.core import CounterMetricFamily, Metric

from rtu_agent.events import DeviceStateChanged, PollFinished
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments
from rtu_agent.telemetry.poll_counts import PollLedger


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

    def __init__(self, instruments: Instruments, bus: str) -> None:
        self._duration = instruments.histogram(families.BUS_POLL_DURATION, bus)
        self._lag = instruments.gauge(families.BUS_SCHEDULE_LAG, bus)
        self._readings = instruments.counter(families.READINGS, bus)
        self._rejected = {
            reason: instruments.counter(families.READINGS_REJECTED, bus, reason) for reason in families.REASONS
        }

    def __call__(self, event: PollFinished) -> None:
        """Count one poll; the groups that rode along brought nothing of their own."""
        if event.rider:
            return
        self._duration.observe(event.duration_s)
        self._lag.set(event.lag_s)
        self._readings.inc(sum(value is not None for value in event.record.values))
        for reason in event.record.reasons.values():
            self._rejected[reason].inc()


class DeviceMetrics:
    """How one device is. Up means: it has been polled well and has not been given up since."""

    def __init__(self, instruments: Instruments, bus: str, device: str) -> None:
        self._instruments = instruments
        self._labels = (bus, device)
        self._up = instruments.gauge(families.DEVICE_UP, bus, device)
        self._last_success = instruments.gauge(families.DEVICE_LAST_SUCCESS, bus, device)
        self._failures: dict[str, Counter] = {}

    def polled(self, event: PollFinished) -> None:
        """Take in the fate of a poll."""
        if event.outcome == "good":
            self._up.set(1)
            self._last_success.set(event.record.time_ms / 1000)
            return
        if event.outcome not in self._failures:
            self._failures[event.outcome] = self._instruments.counter(
                families.DEVICE_FAILURES, *self._labels, event.outcome
            )
        self._failures[event.outcome].inc()

    def changed(self, event: DeviceStateChanged) -> None:
        """Take in a change of health. Only a good poll brings a device up, so only `offline` counts."""
        if event.after == "offline":
            self._up.set(0)
