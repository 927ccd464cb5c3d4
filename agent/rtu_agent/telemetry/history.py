"""The last values of a few fields of a device: enough for a small curve, few enough for thousands of devices."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from rtu_agent.domain.record import Record, Series
from rtu_agent.telemetry.telling import telling

FIELDS: Final = 3
"""Values of a device that are told in a row, and curves, at most: of the fields that say most."""
LONGEST: Final = 60
SHORTEST: Final = 12
ALL_TOGETHER: Final = 60_000
"""Samples of one curve of every device, together: with more devices each keeps fewer."""

Sample = tuple[int, float | None]
"""Milliseconds since 1970 and the value; None where the device did not answer or had no value."""


def length_for(devices: int) -> int:
    """Return how many samples of a curve are kept when there are so many devices."""
    return max(SHORTEST, min(LONGEST, ALL_TOGETHER // max(1, devices)))


@dataclass(frozen=True, slots=True)
class History:
    """Of one device, a value: each record makes a new one."""

    length: int = LONGEST
    names: tuple[str, ...] = ()
    """The fields that say most, in the order in which they are told."""
    samples: Mapping[str, tuple[Sample, ...]] = field(default_factory=dict)
    """By field, oldest first; a text has no curve."""
    places: Mapping[Series, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """By set of points, those fields that are in it, and where their values stand in a record."""

    def after(self, record: Record, records: Mapping[Series, Record]) -> "History":
        """Return the history with one record more; `records` are the newest of each set of points, it among them."""
        if not record.series.fields:
            return replace(self, samples={name: self._gap(name, record.time_ms) for name in self.samples})
        if record.series not in self.places:
            return self._chosen(records).after(record, records)
        samples = {
            name: self._longer(name, (record.time_ms, _number(record.values[place])))
            for name, place in self.places[record.series]
            if name in self.samples
        }
        return History(self.length, self.names, {**self.samples, **samples}, self.places)

    def _longer(self, name: str, sample: Sample) -> tuple[Sample, ...]:
        return (*self.samples.get(name, ())[1 - self.length :], sample)

    def _gap(self, name: str, time_ms: int) -> tuple[Sample, ...]:
        """A silence that lasts is one gap, so that what was before it is not forgotten."""
        samples = self.samples[name]
        return samples if samples and samples[-1][1] is None else self._longer(name, (time_ms, None))

    def _chosen(self, records: Mapping[Series, Record]) -> "History":
        """There are new points: choose anew which fields say most."""
        chosen = {one.name: one for one, _ in telling(records.values(), FIELDS)}
        return replace(
            self,
            names=tuple(chosen),
            samples={name: self.samples.get(name, ()) for name, one in chosen.items() if one.kind != "string"},
            places={series: _places(series, chosen) for series in records},
        )


def _places(series: Series, chosen: Container[str]) -> tuple[tuple[str, int], ...]:
    return tuple((one.name, place) for place, one in enumerate(series.fields) if one.name in chosen)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None
