"""Events of devices → three gauges and some counters each.

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
    """Whether each device is up, when it was polled well, whether its driver is to blame; exposed as of the scrape."""

    def __init__(self, devices: Iterable[Key]) -> None:
        self._labels: dict[Key, dict[str, str]] = {}
        self.up: dict[Key, float] = {}
        self.last_success: dict[Key, float] = {}
        self.driver_failed: dict[Key, float] = {}
        """Only of those whose driver has failed at least once."""
        self.keep(devices)

    def keep(self, devices: Iterable[Key]) -> None:
        """Expose these from now on: new ones at 0, others no more. A scrape may be under way in another thread."""
        labels = {key: dict(zip(families.DEVICE_UP.labels, key, strict=True)) for key in devices}
        self.up |= {key: 0.0 for key in labels if key not in self.up}
        self.last_success |= {key: 0.0 for key in labels if key not in self.last_success}
        gone, self._labels = self._labels.keys() - labels.keys(), labels
        for key in gone:
            self.up[key] = self.last_success[key] = 0.0
        self.driver_failed |= dict.fromkeys(gone & self.driver_failed.keys(), 0.0)

    def describe(self) -> Iterable[Metric]:
        """Return the families without samples; the registry learns their names from it."""
        return [GaugeMetricFamily(f.name, f.meaning, labels=f.labels) for f in families.DEVICE_GAUGES]

    def collect(self) -> Iterable[Metric]:
        """Return the families with the values of now."""
        return [
            self._family(families.DEVICE_UP, self.up),
            self._family(families.DEVICE_LAST_SUCCESS, self.last_success),
            self._family(families.DEVICE_DRIVER_FAILED, self.driver_failed),
        ]

    def _family(self, family: Family, values: dict[Key, float]) -> Metric:
        metric = GaugeMetricFamily(family.name, family.meaning, labels=family.labels)
        metric.samples = [
            Sample(family.name, labels, values[key]) for key, labels in self._labels.items() if key in values
        ]
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
        is_drivers = event.outcome == "driver_failed"
        if is_drivers or self._key in self._gauges.driver_failed:
            self._gauges.driver_failed[self._key] = float(is_drivers)
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
