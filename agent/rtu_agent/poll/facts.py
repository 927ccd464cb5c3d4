"""What was learnt about devices, as it survives a restart.

Facts belong to one device of one driver: the fingerprint says for what they were learnt, and facts with another one are
forgotten. A driver that has other points or limits, or an entry that leads to another unit, starts anew.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver
from rtu_agent.normalize.counter import Counted
from rtu_agent.poll.refusals import Refusal

VERSION: Final = 1
_MICROSECONDS: Final = 6


class FactsError(Exception):
    """The text holds no facts of this version."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One device."""

    fingerprint: str
    turnaround_s: float
    """From the end of a request to the first character of the reply."""
    timeout_s: float
    """How long it was waited for in the end. To be shown; a start begins with the configured timeout."""
    refusals: frozenset[Refusal] = frozenset()
    counters: Mapping[str, Counted] = field(default_factory=dict)
    """The last good reading of each counter, by the name of its field."""


def fingerprint(driver: type[Driver], bus: str, unit: int) -> str:
    """Return what facts about `unit` of `bus` depend on, as a short text."""
    points = [(point.name, str(point.span), point.codec.type, point.group) for point in driver.points]
    about = json.dumps([driver.name, bus, unit, points, repr(driver.limits)])
    return hashlib.sha256(about.encode()).hexdigest()[:16]


def to_text(facts: Mapping[str, Facts]) -> str:
    """Return the facts of all devices, by name, as JSON."""
    devices = {name: _as_dict(known) for name, known in sorted(facts.items())}
    return json.dumps({"version": VERSION, "devices": devices}, indent=1) + "\n"


def from_text(text: str) -> dict[str, Facts]:
    """Return what `to_text` was given.

    Raises:
        FactsError: the text is something else.
    """
    try:
        said = json.loads(text)
        if said["version"] != VERSION:
            raise FactsError(f"version {said['version']!r} is not {VERSION}")
        return {str(name): _from_dict(known) for name, known in said["devices"].items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise FactsError(f"it holds no facts about devices ({type(error).__name__}: {error})") from error


def _as_dict(facts: Facts) -> dict[str, Any]:
    refusals = sorted(facts.refusals, key=lambda refusal: (refusal.span, refusal.widest or 0))
    return {
        "fingerprint": facts.fingerprint,
        "turnaround_s": round(facts.turnaround_s, _MICROSECONDS),
        "timeout_s": round(facts.timeout_s, _MICROSECONDS),
        "refused": [
            {"table": r.span.table, "address": r.span.address, "count": r.span.count, "widest": r.widest}
            for r in refusals
        ],
        "counters": {name: [*counted] for name, counted in sorted(facts.counters.items())},
    }


def _from_dict(said: Mapping[str, Any]) -> Facts:
    return Facts(
        fingerprint=str(said["fingerprint"]),
        turnaround_s=_positive(said["turnaround_s"]),
        timeout_s=_positive(said["timeout_s"]),
        refusals=frozenset(_refusal(refused) for refused in said["refused"]),
        counters={str(name): _counted(*counted) for name, counted in said.get("counters", {}).items()},
    )


def _refusal(said: Mapping[str, Any]) -> Refusal:
    span = Span(Table(said["table"]), int(said["address"]), int(said["count"]))
    widest = None if said["widest"] is None else int(said["widest"])
    if span.address < 0 or span.count < 1 or (widest is not None and widest < 1):
        raise ValueError(f"{dict(said)} is no span")
    return Refusal(span, widest)


def _counted(value: object, time_ms: object, pace_per_s: object) -> Counted:
    if not (isinstance(value, int | float) and isfinite(value) and isinstance(time_ms, int)):
        raise ValueError(f"{value!r} at {time_ms!r} is no reading")
    return Counted(float(value), time_ms, _positive(pace_per_s))


def _positive(number: object) -> float:
    if not isinstance(number, int | float) or not 0 <= number < float("inf"):
        raise ValueError(f"{number!r} is no time and no pace")
    return float(number)
