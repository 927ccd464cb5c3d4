"""The page about the events, made from their classes: `python -m rtu_agent.telemetry.event_reference`."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from rtu_agent import events
from rtu_agent.events import BusEvent, DeviceEvent, Event, OutputEvent
from rtu_agent.telemetry.log import event_name
from rtu_agent.telemetry.news import HABITS, NOTABLE_LAG_S, UNSAID, Habit
from rtu_agent.telemetry.reference import table

_HEAD: Final = f"""\
# Events

<!-- Made by `python -m rtu_agent.telemetry.event_reference > docs/events.md`; edit the classes in the code instead. -->

Everything that happens in the agent is one of these events. Its metrics ([metrics.md](metrics.md)) and its log line
([operations.md](operations.md)) are both made from it. The names and keys are a contract: a change is announced in
`CHANGELOG.md`. A key without a value is left out.

The column *line* says when there is one:

- **{Habit.ALWAYS.name.lower()}**: {Habit.ALWAYS.value}.
- **{Habit.CONDITION.name.lower()}**: {Habit.CONDITION.value}.
- **{Habit.SWARM.name.lower()}**: {Habit.SWARM.value}.
- **{Habit.SILENT.name.lower()}**: {Habit.SILENT.value}.

`loop_lagged` has a line above {NOTABLE_LAG_S:g} s only, `device_state_changed` when a device goes offline and when it
is online again, `adapter_latency_read` when the adapter is slow and when it is no longer. A refused batch
(`write_failed` with `kind: rejected`) is a swarm. One line is no event: `library_logged` is a warning of a library,
with `library` and `message`.
"""

_SECTIONS: Final[Mapping[str, type[Event]]] = {"Bus": BusEvent, "Device": DeviceEvent, "Output": OutputEvent}


def leaf_events() -> list[type[Event]]:
    """Return the classes of events that happen, in the order of the code."""
    bases = {Event, *_SECTIONS.values()}
    classes = (c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Event))
    return [c for c in classes if c not in bases]


def render() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title in ("Agent", *_SECTIONS):
        rows = [_row(c) for c in leaf_events() if _section(c) == title]
        parts.append(f"## {title}\n\n" + table(("event", "line", "keys", "what happened"), rows))
    return "\n".join(parts)


def _section(event_class: type[Event]) -> str:
    return next((title for title, base in _SECTIONS.items() if issubclass(event_class, base)), "Agent")


def _row(event_class: type[Event]) -> tuple[str, ...]:
    meaning = " ".join((event_class.__doc__ or "").split())
    return (
        f"`{event_name(event_class)}`",
        HABITS[event_class].name.lower(),
        ", ".join(f"`{key}`" for key in _keys(event_class)),
        meaning,
    )


def _keys(event_class: type[Event]) -> Iterator[str]:
    """Yield the keys that a line of this class may have."""
    return (field.name for field in fields(event_class) if field.name not in UNSAID)


if __name__ == "__main__":
    sys.stdout.write(render())
