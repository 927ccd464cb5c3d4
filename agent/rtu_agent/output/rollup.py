"""The records of one series in one window of time → one record that stands for all of them. Pure.

    active_power_w    → active_power_w_mean, _min, _max, _last
    status_code       → status_code_last
    energy_import_kwh → energy_import_kwh_last, _increase
    quality           → quality: the worst; quality_good_share: how many of the records were good, 0 to 1; records

A counter has no mean. Its increase goes from the last value before the window to the last one within it, so that the
increases of all windows add up to what the counter has counted, also over a time in which nothing was read. Where it
falls from the end of its range to the beginning it has rolled over, which is counted on; where it falls otherwise it
was reset, and what was counted while nobody looked is not known: nothing is booked. Nothing is booked either over a
restart that the poller has told, whichever way it goes. One reading that lies below both of
its neighbours is a glitch of the device and no reset; so what a step down was is known with the value after it, and
booked in the window of that.

Windows begin at whole multiples of their length since 1970, UTC; their time is their beginning.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from types import MappingProxyType
from typing import Final

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import QUALITY_FIELD, Field, FieldKind, Value
from rtu_agent.output.held import Held, Hold, Stored

KNOWN_BEFORE: Final = 2
"""How many values before a window its increase depends on: the last one may turn out to be a glitch."""
_END_OF_RANGE: Final = 0.9
"""A counter that rolls over was beyond this part of its range."""
_BEGINNING_OF_RANGE: Final = 0.1
"""And is below this one afterwards."""

Names = Mapping[str, Field]
"""What is known of the fields of a device. Of others only the last value is kept, because it may be a counter's."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a record of the window says."""

    time_ms: int
    values: Mapping[str, Value]
    """Its quality among them."""


def window_of(time_ms: int, length_ms: int) -> int:
    """Return the beginning of the window that a time lies in."""
    return time_ms - time_ms % length_ms


def rollup(
    samples: Sequence[Sample],
    names: Names,
    before: Mapping[str, Sequence[float]],
    restarts: Mapping[str, Sequence[int]] = MappingProxyType({}),
    held: Held | None = None,
) -> dict[Field, Value]:
    """Return the fields of the record that stands for `samples`.

    Args:
        samples: at least one, all of one series and window, by time.
        names: what is known of their fields.
        before: of counters, the last values before the window and since their restart, at most `KNOWN_BEFORE`, by time.
        restarts: of counters, when since the window began they went on from another value, by time.
        held: of devices that do not store every record, what stands for those that are not there.
    """
    columns: dict[str, list[Value]] = {}
    times: dict[str, list[int]] = {}
    for sample in samples:
        for name, value in sample.values.items():
            columns.setdefault(name, []).append(value)
            times.setdefault(name, []).append(sample.time_ms)
    qualities = [int(quality) for quality in columns.pop(QUALITY_FIELD, ())]
    rolled: dict[Field, Value] = {}
    for name, column in columns.items():
        field = names.get(name)
        if field is not None and field.counts_to is not None:
            starts = [bisect_left(times[name], time_ms) for time_ms in restarts.get(name, ())]
            rolled |= _counter(name, column, field.counts_to, before.get(name, ()), starts)
        elif field is not None and field.held_s and field.kind == "float" and held is not None:
            stored = [(at, value) for at, value in zip(times[name], column, strict=True) if isinstance(value, float)]
            rolled |= _held(name, stored, held.of(name, field.held_s)) if stored else _column(name, column, field)
        else:
            rolled |= _column(name, column, field)
    return rolled | _trust(qualities, len(samples))


def counted(samples: Sequence[Sample], names: Names) -> dict[str, list[tuple[int, float]]]:
    """Return times and values of what later windows need from `samples`, the newest `KNOWN_BEFORE` of each field.

    These are counters, and what may stand for values that are not stored, with the silences that end it.
    """
    found: dict[str, list[tuple[int, float]]] = {}
    if any(field.held_s for field in names.values()):
        found[QUALITY_FIELD] = [(time_ms, float(RecordQuality.NO_ANSWER)) for time_ms in silences(samples)]
    for sample in samples:
        for name, value in sample.values.items():
            if name in names and _is_remembered(names[name]) and isinstance(value, float):
                found.setdefault(name, []).append((sample.time_ms, value))
    return {name: values[-KNOWN_BEFORE:] for name, values in found.items()}


def silences(samples: Sequence[Sample]) -> list[int]:
    """Return when the device was found not to answer, by time."""
    return [each.time_ms for each in samples if each.values.get(QUALITY_FIELD) == RecordQuality.NO_ANSWER]


def _is_remembered(field: Field) -> bool:
    return field.counts_to is not None or (field.held_s > 0 and field.kind == "float")


def increase(values: Sequence[float], known_before: int, counts_to: float) -> float:
    """Return how much a counter has counted, from the last of its first `known_before` values on.

    A step down is booked with the value after it, which tells what it was.
    """
    booked = []
    for (_, earlier), (at, later) in pairwise(_without_glitches(values)):
        known_at = at + 1 if later < earlier else at
        if known_before <= known_at < len(values):
            booked.append(_step(earlier, later, counts_to))
    return fsum(booked)


def _column(name: str, column: Sequence[Value], field: Field | None) -> dict[Field, Value]:
    numbers = [value for value in column if isinstance(value, float)]
    if not numbers:
        kind: FieldKind | None = _KINDS.get(type(column[-1]))
        return {Field(f"{name}_last", kind): column[-1]} if kind else {}
    rolled: dict[str, float] = {"last": numbers[-1]}
    if field is not None:
        rolled |= {"mean": _mean(numbers), "min": min(numbers), "max": max(numbers)}
    return {Field(f"{name}_{word}"): value for word, value in rolled.items()}


def _counter(
    name: str, column: Sequence[Value], counts_to: float, before: Sequence[float], starts: Sequence[int]
) -> dict[Field, Value]:
    numbers = [value for value in column if isinstance(value, float)]
    if not numbers:
        return {}
    rolled = {"last": numbers[-1]}
    if before or len(numbers) > 1:
        rolled["increase"] = _increase_between(before, numbers, starts, counts_to)
    return {Field(f"{name}_{word}"): value for word, value in rolled.items()}


def _held(name: str, stored: Sequence[Stored], hold: Hold) -> dict[Field, Value]:
    known = hold.known(stored)
    numbers = [value for _, value in known]
    smallest, largest = min(numbers), max(numbers)
    mean = min(max(hold.mean(known), smallest), largest)
    rolled = {"mean": mean, "min": smallest, "max": largest, "last": stored[-1][1]}
    return {Field(f"{name}_{word}"): value for word, value in rolled.items()}


def _increase_between(
    before: Sequence[float], numbers: Sequence[float], starts: Sequence[int], counts_to: float
) -> float:
    """Return what was counted on both sides of every restart, and nothing of what lies between."""
    edges = [0, *starts, len(numbers)]
    parts = [numbers[begin:end] for begin, end in pairwise(edges)]
    return fsum(
        increase([*known, *part], len(known), counts_to)
        for known, part in zip([before, *[()] * len(starts)], parts, strict=True)
    )


def _mean(numbers: Sequence[float]) -> float:
    """Return the mean; rounding never takes it out of the range of the numbers.

    Halves are added: the parts of the largest floats may be rounded up to more than a float holds.
    """
    mean = 2 * fsum(number / len(numbers) / 2 for number in numbers)
    return min(max(mean, min(numbers)), max(numbers))


def _trust(qualities: Sequence[int], records: int) -> dict[Field, Value]:
    good = qualities.count(RecordQuality.GOOD)
    return {
        Field("quality_good_share"): good / records,
        Field("records", "int"): records,
        Field(QUALITY_FIELD, "int"): max(qualities, default=int(RecordQuality.NO_ANSWER)),
    }


def _without_glitches(values: Sequence[float]) -> list[tuple[int, float]]:
    """Return the values with their places, without single ones that lie below both of their neighbours."""
    kept = list(enumerate(values))[:1]
    for at, value in enumerate(values[1:], 1):
        if at + 1 == len(values) or not (value < kept[-1][1] <= values[at + 1]):
            kept.append((at, value))
    return kept


def _step(earlier: float, later: float, counts_to: float) -> float:
    if later >= earlier:
        return later - earlier
    if earlier >= _END_OF_RANGE * counts_to and later <= _BEGINNING_OF_RANGE * counts_to:
        return counts_to - earlier + later
    return 0.0


_KINDS: Final[dict[type, FieldKind]] = {int: "int", bool: "bool"}
