"""A device as the API tells of it: a row among others, or everything about it."""

from collections.abc import Iterator
from math import isfinite
from typing import Final

from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.quality import Quality
from rtu_agent.domain.record import IDENTITY, Field, Record
from rtu_agent.telemetry.api_parts import Json, counts, error, milliseconds, seconds, shown
from rtu_agent.telemetry.history import Sample
from rtu_agent.telemetry.telling import newest
from rtu_agent.telemetry.views import DeviceView, Mishap, PlanView, Snapshot
from rtu_agent.telemetry.words import DEVICE

Found = tuple[Field, int, Record]
"""A field, the place of its value, and the record that it is in."""
DIGITS: Final = 5
"""Of a number in a curve, which is only looked at."""


def device_row(device: DeviceView, snapshot: Snapshot, closed: float | None) -> Json:
    """Return a device as a row: how it is, and the few values that say most.

    The port of its bus is not open since `closed`, seconds since 1970; None while it is open.
    """
    entry, last = device.entry, device.last_good_s
    return {
        "name": entry.name,
        "bus": entry.bus,
        "unit": entry.unit,
        "driver": device.driver or entry.driver,
        "kind": entry.kind,
        "state": device.state,
        "age_s": None if last is None else seconds(snapshot.now_s - last),
        "last_good_ms": None if last is None else milliseconds(snapshot.wall - (snapshot.now_s - last)),
        "error": error(_now(device, closed), DEVICE),
        "last_error": error(device.mishap, DEVICE),
        "values": [_value(told) for told in _told(device)],
        "trend": _trend(device),
        "polls": counts(device.polls),
    }


def device_page(device: DeviceView, snapshot: Snapshot, closed: float | None) -> Json:
    """Return everything about a device; `closed` as in its row."""
    return {
        **device_row(device, snapshot, closed),
        "points": list(_points(device)),
        "plan": [_plan(plan) for plan in device.plans.values()],
        "refused": device.refused or None,
        "history": {name: _curve(samples) for name, samples in device.history.samples.items()},
        "changes": [
            {"time_ms": milliseconds(change.at), "state": change.state, "kind": change.kind}
            for change in reversed(device.changes)
        ],
    }


def _now(device: DeviceView, closed: float | None) -> Mishap | None:
    """Return what is wrong now."""
    if closed is not None:
        return Mishap("port_closed", "", closed)
    return device.mishap if device.trouble else None


def _value(newest_one: Found) -> Json:
    field, place, record = newest_one
    reason = record.reasons.get(field.name)
    value = record.values[place]
    quality = Quality.BAD if value is None else Quality.UNCERTAIN if reason else Quality.GOOD
    return {
        "name": field.name,
        "value": shown(value),
        "unit": field.unit,
        "quality": quality.name.lower(),
        "reason": None if reason is None else str(reason),
        "time_ms": record.time_ms,
    }


def _points(device: DeviceView) -> Iterator[Json]:
    """Yield all points in the order of the driver, those that were never read among them."""
    values = newest(device.records.values())
    for place in device.places:
        found = values.get(place.field.name)
        value = _value(found) if found is not None else _unread(place.field)
        yield {**value, **_whereabouts(place), "meaning": _meaning(place, found)}


def _unread(field: Field) -> Json:
    return {
        "name": field.name,
        "value": None,
        "unit": field.unit,
        "quality": "bad",
        "reason": "not_read",
        "time_ms": None,
    }


def _whereabouts(place: PointPlace) -> Json:
    return {"group": place.group, "table": place.table or None, "address": place.address, "count": place.count}


def _meaning(place: PointPlace, found: Found | None) -> list[str]:
    """Return what people call a code; what a device is, is stored as text and has no code any more."""
    if found is None or found[2].series.measurement == IDENTITY:
        return []
    value = found[2].values[found[1]]
    return [] if value is None else list(place.meaning(value))


def _plan(plan: PlanView) -> Json:
    return {
        "groups": sorted(plan.groups),
        "blocks": [{"table": str(span.table), "address": span.address, "count": span.count} for span in plan.blocks],
        "took_s": seconds(plan.took_s),
        "time_ms": milliseconds(plan.at),
    }


def _told(device: DeviceView) -> list[Found]:
    """Return the newest of the few values that say most."""
    found: dict[str, Found] = {}
    for record in sorted(device.records.values(), key=lambda record: record.time_ms, reverse=True):
        for name, place in device.history.places.get(record.series, ()):
            found.setdefault(name, (record.series.fields[place], place, record))
    return [found[name] for name in device.history.names if name in found]


def _trend(device: DeviceView) -> Json | None:
    """Return the curve of the first of the told values that has one."""
    name = next((name for name in device.history.names if device.history.samples.get(name)), None)
    return None if name is None else {"name": name, "values": _curve(device.history.samples[name])["values"]}


def _curve(samples: tuple[Sample, ...]) -> Json:
    return {
        "times_ms": [time_ms for time_ms, _ in samples],
        "values": [None if value is None else _rounded(value) for _, value in samples],
    }


def _rounded(value: float) -> float:
    """Return a number with few digits; the largest of all would be infinite then, which JSON cannot write."""
    few = float(f"{value:.{DIGITS}g}")
    return few if isfinite(few) else value
