"""The records of the benchmarks: 100 energy meters, ten floats each, as a float32 on the wire gives them."""

import random
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from influxdb_client import Point, WritePrecision

from rtu_agent.domain.record import Field, Record, Series
from support.records import NOON_MS

DEVICES = 100
FIELDS = tuple(
    Field(name)
    for name in (
        *("voltage_l1_n_v", "voltage_l2_n_v", "voltage_l3_n_v", "current_l1_a", "current_l2_a", "current_l3_a"),
        *("active_power_w", "power_factor", "frequency_hz", "energy_import_active_kwh"),
    )
)
SERIES = tuple(
    Series("energy_meter", {"site": "plant-a", "bus": f"bus{n // 30:02}", "device": f"meter-{n:03}"}, FIELDS)
    for n in range(DEVICES)
)


def float32(value: float) -> float:
    """Return what a register of that value holds: a number with up to 17 digits."""
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def tenths(value: float) -> float:
    """Return what an integer register with a scale of 0.1 holds: a number with few digits."""
    return round(value, 1)


def records(number: int, shape: Callable[[float], float] = float32, start: int = 0) -> Iterator[Record]:
    """Give so many records, one of each device in turn, a millisecond apart."""
    chance = random.Random(start)
    for at in range(start, start + number):
        values = tuple(shape(chance.uniform(0.0, 500.0)) for _ in FIELDS)
        yield Record(SERIES[at % DEVICES], NOON_MS + at, values)


def as_point(record: Record) -> Point:
    """Return the record as the client library wants it."""
    point = Point(record.series.measurement)
    for key, text in record.series.tags.items():
        point.tag(key, text)
    for field, value in zip(record.series.fields, record.values, strict=True):
        point.field(field.name, value)
    point.field("quality", int(record.quality))
    return point.time(record.time_ms, WritePrecision.MS)


def groups(of: Iterator[Record], size: int = 1000) -> Iterator[Sequence[Record]]:
    """Give the records in groups, as the writer commits them."""
    for _ in count():
        group = [record for _, record in zip(range(size), of, strict=False)]
        if not group:
            return
        yield group
