"""Events of devices → two gauges and some counters each.

A site may have thousands of devices, so their gauges are no objects of prometheus-client: they are one table, and a
scrape makes its samples from it. That halves what a large site's scrape takes to collect.
"""

from collections.abc import Iterable

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.samples import Sample

from rtu_agent.events import DeviceStateChanged, PollFinished
from rtu_agent.telemetry import families
from rtu_agent.telemetry.families import Family
from rtu_agent.telemetry.instruments import Instruments

Key = tuple[str, str]
"""Bus and device."""


class DeviceGauges:
    """Whether each device is up, and when it was last polled well; exposed as they are at the scrape."""

    def __init__(self, devices: Iterable[Key]) -> None:
        self._labels: dict[Key, dict[str, str]] = {}
        self.up: dict[Key, float] = {}
        self.last_success: dict[Key, float] = {}
        self.keep(devices)

    def keep(self, devices: Iterable[Key]) -> None:
        """Expose these from now on: new ones at 0, others no more. A scrape may be under way in another thread."""
        labels = {key: dict(zip(families.DEVICE_UP.labels, key, strict=True)) for key in devices}
        self.up |= {key: 0.0 for key in labels if key not in self.up}
        self.last_success |= {key: 0.0 for key in labels if key not in self.last_success}
        gone, self._labels = self._labels.keys() - labels.keys(), labels
        for key in gone:
            self.up[key] = self.last_success[key] = 0.0

    def describe(self) -> Iterable[Metric]:
        """Return the families without samples; the registry learns their names from it."""
        return [GaugeMetricFamily(f.name, f.meaning, labels=f.labels) for f in families.DEVICE_GAUGES]

    def collect(self) -> Iterable[Metric]:
        """Return the families with the values of now."""
        return [
            self._family(families.DEVICE_UP, self.up),
            self._family(families.DEVICE_LAST_SUCCESS, self.last_success),
        ]

    def _family(self, family: Family, values: dict[Key, float]) -> Metric:
        metric = GaugeMetricFamily(family.name, family.meaning, labels=family.labels)
        metric.samples = [Sample(family.name, labels, values[key]) for key, labels in self._labels.items()]
        return metric


class DeviceMetrics:
    """How one device is. Up means: it has been polled well and has not been given up since."""

    def __init__(self, instruments: Instruments, gauges: DeviceGauges, bus: str, device: str) -> None:
        self._instruments = instruments
        self._gauges = gauges
        self._key = (bus, device)
        self._failures: dict[str, Counter] = {}

    def polled(self, event: PollFinished) -> None:
        """Take in the fate of a poll."""
        if event.outcome == "good":
            self._gauges.up[self._key] = 1.0
            self._gauges.last_success[self._key] = event.record.time_ms / 1000
            return
        if event.outcome not in self._failures:
            self._failures[event.outcome] = self._instruments.counter(
                families.DEVICE_FAILURES, *self._key, event.outcome
            )
        self._failures[event.outcome].inc()

    def changed(self, event: DeviceStateChanged) -> None:
        """Take in a change of health. Only a good poll brings a device up, so only `offline` counts."""
        if event.after == "offline":
            self._gauges.up[self._key] = 0.0
