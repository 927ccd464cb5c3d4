"""Records to deliver."""

from collections.abc import Sequence

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record, Series, Value

NOON_MS = 1_795_003_200_000
"""2026-11-18 12:00:00 UTC, far from every change of day."""

DAY_MS = 86_400_000

METER_FIELDS = (
    Field("voltage_l1_n_v", "float", "V"),
    Field("active_power_w", "float", "W"),
    Field("status_code", "int"),
)


def series(device: str = "main", fields: Sequence[Field] = METER_FIELDS, **tags: str) -> Series:
    """A series of an energy meter of this name."""
    return Series("energy_meter", {"site": "plant-a", "bus": "floor1", "device": device} | tags, tuple(fields))


METER = series()


def record(
    number: int = 0, of: Series = METER, values: Sequence[Value | None] | None = None, time_ms: int | None = None
) -> Record:
    """The record of this number, a second after the one before; its first value tells the number."""
    if values is None:
        values = (float(number), 1234.5, 3)
    at = NOON_MS + number * 1000 if time_ms is None else time_ms
    return Record(of, at, tuple(values), RecordQuality.GOOD)


def numbered(count: int, of: Series = METER, start: int = 0) -> list[Record]:
    """As many records, numbered from `start`."""
    return [record(number, of) for number in range(start, start + count)]
