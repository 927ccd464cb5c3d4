"""What several answers of the API have in common."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from rtu_agent.domain.record import Value
from rtu_agent.domain.text import printable
from rtu_agent.events import DeviceState
from rtu_agent.telemetry.poll_counts import PollCounts
from rtu_agent.telemetry.views import Mishap
from rtu_agent.telemetry.words import in_words

Json = dict[str, Any]

STATES: Final[tuple[str, ...]] = (*get_args(DeviceState), "waiting")
"""Every state that a device may be in."""


def counts(polls: PollCounts) -> Json:
    """Return what became of polls: `scheduled` is the sum of all the others."""
    return {
        "scheduled": polls.scheduled,
        "good": polls.good,
        "failed": dict(polls.failed),
        "skipped": dict(polls.skipped),
    }


def error(mishap: Mishap | None, words: Mapping[str, str]) -> Json | None:
    """Return what went wrong: its kind for programs, a sentence for people, and since when."""
    if mishap is None:
        return None
    return {
        "kind": mishap.kind,
        "detail": printable(mishap.detail) or None,
        "text": in_words(mishap, words),
        "since_ms": milliseconds(mishap.since),
    }


def shown(value: Value | None) -> Value | None:
    """Return a value as JSON writes it, a text without what does not print."""
    return printable(value) if isinstance(value, str) else value


def milliseconds(moment: float) -> int:
    """Return a moment in whole milliseconds since 1970."""
    return round(1000 * moment)


def seconds(duration: float) -> float:
    """Return a duration to the millisecond."""
    return round(duration, 3)
