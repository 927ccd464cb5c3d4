"""prometheus-client's metrics of one registry, made from the table of families."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from rtu_agent.telemetry.families import Family

_OWNERS: Final = frozenset({"bus", "device", "driver", "output"})
"""Labels that say whom a child is about; the others tell apart what is said of them."""
_Owner = frozenset[tuple[str, str]]


class Instruments:
    """Makes every family at once, and its children when they are asked for. Keep a child that is used often.

    Raises:
        ValueError: the registry has one of the families already.
    """

    def __init__(self, registry: CollectorRegistry, families: Iterable[Family]) -> None:
        # The switch is one of the whole process; a third more series would say only when counting began.
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's gap
        self._parents: dict[str, Any] = {family.name: _make(family, registry) for family in families}
        self._made: dict[_Owner, set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
        """By whom they are about, the families and label values of all children."""
        self._lock = threading.Lock()

    def counter(self, family: Family, *labels: str) -> Counter:
        """Return the counter with these label values; a new one is exposed at 0."""
        counter: Counter = self._child(family, labels)
        return counter

    def gauge(self, family: Family, *labels: str) -> Gauge:
        """Return the gauge with these label values; a new one is exposed at 0."""
        gauge: Gauge = self._child(family, labels)
        return gauge

    def histogram(self, family: Family, *labels: str) -> Histogram:
        """Return the histogram with these label values; a new one is exposed empty."""
        histogram: Histogram = self._child(family, labels)
        return histogram

    def forget(self, family: Family, *labels: str) -> None:
        """Take one child out of the exposition; asking for it again brings it back at 0."""
        self._parents[family.name].remove(*labels)

    def forget_all(self, **owner: str) -> None:
        """Take every child out of the exposition that is about this bus, device of a bus, driver or output."""
        with self._lock:
            gone = self._made.pop(frozenset(owner.items()), ())
        for name, values in gone:
            self._parents[name].remove(*values)

    def _child(self, family: Family, labels: tuple[str, ...]) -> Any:
        parent = self._parents[family.name]
        if not labels:
            return parent
        owner = frozenset(pair for pair in zip(family.labels, labels, strict=True) if pair[0] in _OWNERS)
        with self._lock:
            self._made[owner].add((family.name, labels))
        return parent.labels(*labels)


def _make(family: Family, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    match family.kind:
        case "counter":
            return Counter(family.name, family.meaning, family.labels, registry=registry)
        case "gauge":
            return Gauge(family.name, family.meaning, family.labels, registry=registry)
        case "histogram":
            return Histogram(family.name, family.meaning, family.labels, buckets=family.buckets, registry=registry)
