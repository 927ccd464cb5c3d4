"""Report by exception: whether a record says something that the records before it have not said.

A record is stored whole or not at all, so that what was measured together stays together. It is stored if one of these
holds, and held back otherwise:

    no record of its series was stored yet, or none since the device began or ceased to answer
    its quality, or why a value is missing or uncertain, is not that of the last one stored
    an amount is farther from its last stored value than its deadband, or anything else has changed at all
    the last one of its series was stored a heartbeat ago

Values are compared with what was stored, and not with what was read last, so that a slow drift is not lost.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field, Record, Series, Value
from rtu_agent.driver_api.derived import Signal


class Deadband(NamedTuple):
    """How far a value may be from the last one stored and say nothing new."""

    amount: float = 0.0
    """In the unit of the stored value."""
    share: float = 0.0
    """As a part of the last one stored; the larger of the two counts."""


NONE: Final = Deadband()
"""Every change is news."""
_ROUNDING: Final = 2.0**-51
"""How far the difference of two numbers may be off, as a part of them, because they are rounded: 0.8 - 0.7 > 0.1."""


def deadbands(signals: Iterable[Signal], said: Mapping[str, Deadband]) -> dict[str, Deadband]:
    """Return the deadbands of amounts by the names of their fields.

    A site says them for a point, or for all points of a quantity that are not named themselves; then the driver does.
    """
    return {signal.field.name: _deadband(signal, said) for signal in signals if signal.kind == "float"}


def names_of(signal: Signal) -> tuple[str, ...]:
    """Return by which names a site may mean a signal, its own first."""
    return (signal.name, signal.quantity.name) if signal.quantity else (signal.name,)


def _deadband(signal: Signal, said: Mapping[str, Deadband]) -> Deadband:
    for name in names_of(signal):
        if name in said:
            return said[name]
    return NONE if signal.deadband is None else Deadband(signal.in_stored_unit(signal.deadband, difference=True))


class _Stored(NamedTuple):
    """The last record of a series that was stored."""

    time_ms: int
    quality: RecordQuality
    reasons: Mapping[str, Reason]
    bands: tuple[Deadband | None, ...]
    """Of each field; None where every change is news because it is no amount."""


class Reporter:
    """Decides about the records of one device.

    Args:
        deadbands: gives those of the device by field; what it is may be found out later.
        heartbeat_s: after this time a record is stored even if it says nothing new, seconds.
    """

    def __init__(self, deadbands: Callable[[], Mapping[str, Deadband]], heartbeat_s: float) -> None:
        self._deadbands = deadbands
        self._heartbeat_ms = round(1000 * heartbeat_s)
        self._stored: dict[Series, _Stored] = {}
        self._values: dict[str, Value | None] = {}
        self._answers = False

    def has_news(self, record: Record) -> bool:
        """Return whether a record is to be stored, which is taken for done then."""
        answers = record.quality is not RecordQuality.NO_ANSWER
        if answers is not self._answers:
            self._stored.clear()
            self._answers = answers
        stored = self._stored.get(record.series)
        if stored is not None and self._is_known(record, stored):
            return False
        bands = stored.bands if stored is not None else self._bands(record.series.fields)
        self._stored[record.series] = _Stored(record.time_ms, record.quality, record.reasons, bands)
        self._values |= {field.name: value for field, value in zip(record.series.fields, record.values, strict=True)}
        return True

    def _is_known(self, record: Record, stored: _Stored) -> bool:
        if not 0 <= record.time_ms - stored.time_ms < self._heartbeat_ms:
            return False
        if record.quality is not stored.quality or record.reasons != stored.reasons:
            return False
        columns = zip(record.series.fields, record.values, stored.bands, strict=True)
        return all(_is_within(value, self._values[field.name], band) for field, value, band in columns)

    def _bands(self, fields: Iterable[Field]) -> tuple[Deadband | None, ...]:
        known = self._deadbands()
        return tuple(known.get(field.name, NONE) if field.kind == "float" else None for field in fields)


def _is_within(value: Value | None, before: Value | None, band: Deadband | None) -> bool:
    if band is None or isinstance(value, str) or isinstance(before, str) or value is None or before is None:
        return value == before
    within = max(band.amount, band.share * abs(before))
    return abs(value - before) <= within + _ROUNDING * (abs(before) + within) if within else value == before
