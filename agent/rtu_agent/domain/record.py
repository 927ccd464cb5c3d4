"""One poll of one device, as it travels from the poller to every output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from rtu_agent.domain.quality import Reason, RecordQuality

Value = float | int | bool | str
"""A canonical value. Which of the four a field holds is fixed by its `FieldKind` and never changes."""

FieldKind = Literal["float", "int", "bool", "string"]

QUALITY_FIELD = "quality"
"""The integer field every record carries; no point may have this name."""

EVENTS: Final = "modbus_event"
"""The measurement of what is written on change: why a value is missing, that a device was lost. As text."""
IDENTITY: Final = "device_info"
"""The measurement of what a device is. As text."""
COUNTER: Final = "counter"
"""The tag `kind` of the event that counters go on from another value, as `field: restart, field: restart`."""
BESIDE: Final = frozenset({EVENTS, IDENTITY})
"""The measurements that are about a device; all others are what it measures, and named by its driver's kind."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a series: a quantity with its unit suffix, for example `voltage_l1_n_v`."""

    name: str
    kind: FieldKind = "float"
    unit: str = ""
    """The unit's symbol for people, `""` for a dimensionless quantity or a code."""
    counts_to: float | None = None
    """Of a counter, the value at which it is back at zero, infinite where nobody knows; None if it is no counter."""
    held_s: float = 0.0
    """How long a value may stand for the values after it, which say nothing new and are not stored, seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What all records of one device and one set of points have in common.

    Made once and shared, so that an output can prepare what it needs per series and find it again by identity.
    """

    measurement: str
    """The driver's kind, for example `energy_meter`."""
    tags: Mapping[str, str]
    """At least `site`, `bus` and `device`, then the device entry's own tags."""
    fields: tuple[Field, ...]

    @property
    def device(self) -> str:
        """The device's name, unique in its site."""
        return self.tags["device"]


@dataclass(frozen=True, slots=True)
class Record:
    """The values of one poll in the order of `series.fields`; a value that is not there is None, never a stand-in."""

    series: Series
    time_ms: int
    """Milliseconds since 1970, UTC: the middle of the transactions of the poll."""
    values: tuple[Value | None, ...]
    quality: RecordQuality = RecordQuality.GOOD
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    """By field name, why its value is missing or uncertain."""
