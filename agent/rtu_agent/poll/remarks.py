"""What a person should find beside the values: why one is missing, when a device was lost or came back.

And which counters go on from another value. All are written on change only, to the measurement `modbus_event`, as text.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from rtu_agent.domain.quality import Reason, RecordQuality, Restart
from rtu_agent.domain.record import COUNTER, EVENTS, Field, Record, Series
from rtu_agent.events import DeviceState, OutcomeKind

TEXT: Final = (Field("text", "string"),)
_TOGETHER: Final = 40
"""Counters in one text, at most; a long one would be cut."""


class Remarks:
    """One device. `tags` are those of its records; a remark has a tag `kind` too: what it is about."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._values = Series(EVENTS, {**tags, "kind": "value"}, TEXT)
        self._states = Series(EVENTS, {**tags, "kind": "state"}, TEXT)
        self._identities = Series(EVENTS, {**tags, "kind": "identity"}, TEXT)
        self._counters = Series(EVENTS, {**tags, "kind": COUNTER}, TEXT)
        self._known: dict[str, Reason] = {}

    def about(self, record: Record) -> Record | None:
        """Return what has changed about the fields of `record`, or None."""
        changed = {}
        for field in record.series.fields:
            reason = record.reasons.get(field.name)
            if reason != self._known.get(field.name):
                changed[field.name] = reason
        for name, reason in changed.items():
            if reason is None:
                del self._known[name]
            else:
                self._known[name] = reason
        text = ", ".join(f"{name}: {reason or 'good'}" for name, reason in changed.items())
        return Record(self._values, record.time_ms, (text,), record.quality) if changed else None

    def became(self, state: DeviceState, cause: OutcomeKind, time_ms: int) -> Record:
        """Return the remark that the device changed its state, and what made it."""
        quality = RecordQuality.GOOD if state == "online" else RecordQuality.NO_ANSWER
        return Record(self._states, time_ms, (f"{state}: {cause}",), quality)

    def restarted(self, restarts: Mapping[Restart, Sequence[str]], time_ms: int) -> list[Record]:
        """Return the remarks that counters go on from another value; no two have one time."""
        said = [f"{name}: {cause}" for cause, names in restarts.items() for name in names]
        texts = [", ".join(said[start : start + _TOGETHER]) for start in range(0, len(said), _TOGETHER)]
        return [Record(self._counters, time_ms - earlier, (text,)) for earlier, text in enumerate(texts)]

    def identity(self, mismatch: str, time_ms: int) -> Record:
        """Return the remark that the device is not the one that its driver is for, or, without a mismatch, is again."""
        quality = RecordQuality.NO_ANSWER if mismatch else RecordQuality.GOOD
        return Record(self._identities, time_ms, (f"mismatch: {mismatch}" if mismatch else "good",), quality)
