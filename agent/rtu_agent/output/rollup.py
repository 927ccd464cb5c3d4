"""The records of one series in one window of time → one record that stands for all of them. Pure.

    active_power_w    → active_power_w_mean, _min, _max, _last
    status_code       → status_code_last
    energy_import_kwh → energy_import_kwh_last, _increase
    quality           → quality: the worst; quality_good_share: how many of the records were good, 0 to 1; records

A counter has no mean. Its increase goes from the last value before the window to the last one within it, so that the
increases of all windows add up to what the counter has counted, also over a time in which nothing was read. Where it
falls from the end of its range to the beginning it has rolled over, which is counted on; where it falls otherwise it
was reset, and what was counted while nobody looked is not known: nothing is booked. One reading that lies below both of
its neighbours is a glitch of the device and no reset; so what a step down was is known with the value after it, and
booked in the window of that.

Windows begin at whole multiples of their length since 1970, UTC; their time is their beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Final

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import QUALITY_FIELD, Field, FieldKind, Value

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


def rollup(samples: Sequence[Sample], names: Names, before: Mapping[str, Sequence[float]]) -> dict[Field, Value]:
    """Return the fields of the record that stands for `samples`.

    Args:
        samples: at least one, all of one series and window, by time.
        names: what is known of their fields.
        before: of counters, the last values before the window, at most `KNOWN_BEFORE`, by time.
    """
    columns: dict[str, list[Value]] = {}
    for sample in samples:
        for name, value in sample.values.items():
            columns.setdefault(name, []).append(value)
    qualities = [int(quality) for quality in columns.pop(QUALITY_FIELD, ())]
    rolled: dict[Field, Value] = {}
    for name, column in columns.items():
        rolled |= _column(name, column, names.get(name), before.get(name, ()))
    return rolled | _trust(qualities, len(samples))


def counted(samples: Sequence[Sample], names: Names) -> dict[str, list[tuple[int, float]]]:
    """Return times and values of the counters in `samples`, the newest `KNOWN_BEFORE` of each."""
    found: dict[str, list[tuple[int, float]]] = {}
    for sample in samples:
        for name, value in sample.values.items():
            if name in names and names[name].counts_to is not None and isinstance(value, float):
                found.setdefault(name, []).append((sample.time_ms, value))
    return {name: values[-KNOWN_BEFORE:] for name, values in found.items()}


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


def _column(name: str, column: Sequence[Value], field: Field | None, before: Sequence[float]) -> dict[Field, Value]:
    numbers = [value for value in column if isinstance(value, float)]
    if not numbers:
        kind: FieldKind | None = _KINDS.get(type(column[-1]))
        return {Field(f"{name}_last", kind): column[-1]} if kind else {}
    rolled: dict[str, float] = {"last": numbers[-1]}
    if field is not None and field.counts_to is not None:
        if before or len(numbers) > 1:
            rolled["increase"] = increase([*before, *numbers], len(before), field.counts_to)
    elif field is not None:
        rolled |= {"mean": _mean(numbers), "min": min(numbers), "max": max(numbers)}
    return {Field(f"{name}_{word}"): value for word, value in rolled.items()}


def _mean(numbers: Sequence[float]) -> float:
    """Return the mean; rounding never takes it out of the range of the numbers."""
    mean = fsum(number / len(numbers) for number in numbers)
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
