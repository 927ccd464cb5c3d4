"""What is news to a person: when there is a line about an event, and how loud it is."""

import logging
from collections.abc import Hashable, Mapping
from enum import Enum
from typing import Final

from rtu_agent import events
from rtu_agent.domain.quality import Restart
from rtu_agent.events import Event

NOTABLE_LAG_S: Final = 0.5
"""A loop that comes back later than this delays polls so that one can see it, seconds."""
UNSAID: Final = frozenset({"record", "places", "together", "blocks"})
"""Fields of events that are for views and have no room on a line."""


class Habit(Enum):
    """When there is a line about an event of some class."""

    ALWAYS = "each time"
    CONDITION = "once when it begins, and once when it ends"
    SWARM = "at once, then at most once in 10 s for each bus, driver or output; `held_back` counts the others"
    SILENT = "only with `-v`; metrics count it"


HABITS: Final[Mapping[type[Event], Habit]] = {
    events.AgentStarted: Habit.ALWAYS,
    events.AgentStopped: Habit.ALWAYS,
    events.ConfigReloaded: Habit.ALWAYS,
    events.ConfigRefused: Habit.ALWAYS,
    events.LearntLost: Habit.ALWAYS,
    events.LoopLagged: Habit.SWARM,
    events.ClockJumped: Habit.ALWAYS,
    events.BusPlanned: Habit.SILENT,
    events.PortOpened: Habit.SWARM,
    events.PortLost: Habit.SWARM,
    events.PortOpenFailed: Habit.CONDITION,
    events.AdapterLatencyRead: Habit.CONDITION,
    events.EchoDetected: Habit.ALWAYS,
    events.NoiseDiscarded: Habit.SWARM,
    events.ForeignFrameDiscarded: Habit.SWARM,
    events.LateReplyDiscarded: Habit.SWARM,
    events.TransactionFinished: Habit.SILENT,
    events.PollFinished: Habit.SILENT,
    events.RecordHeldBack: Habit.SILENT,
    events.PollSkipped: Habit.SILENT,
    events.DeviceStateChanged: Habit.CONDITION,
    events.RefusalsLearnt: Habit.ALWAYS,
    events.CountersRestarted: Habit.ALWAYS,
    events.DriverFailed: Habit.SWARM,
    events.DriverQuarantined: Habit.ALWAYS,
    events.DriverRecovered: Habit.ALWAYS,
    events.DeviceRecognised: Habit.ALWAYS,
    events.IdentityMismatched: Habit.ALWAYS,
    events.RecordsWritten: Habit.SILENT,
    events.WriteFailed: Habit.CONDITION,
    events.WriteRecovered: Habit.ALWAYS,
    events.OutputEnded: Habit.ALWAYS,
    events.RecordsDropped: Habit.SWARM,
    events.SpoolChanged: Habit.SILENT,
    events.RetentionTooShort: Habit.ALWAYS,
}
"""Every class of events. What is said each time is told on change only, so each line is news."""

_GOOD_NEWS: Final = (
    events.AgentStarted,
    events.AgentStopped,
    events.ConfigReloaded,
    events.DeviceRecognised,
    events.DriverRecovered,
    events.EchoDetected,
    events.PortOpened,
    events.WriteRecovered,
)
_DATA_LOST: Final = (events.DriverFailed, events.RecordsDropped)


def level(event: Event) -> int:
    """Return how loud an event is that is news."""
    match event:
        case events.DeviceStateChanged(after="online") | events.AdapterLatencyRead(mend=None):
            return logging.INFO
        case (
            events.RefusalsLearnt(refused="")
            | events.IdentityMismatched(said="")
            | events.CountersRestarted(cause=Restart.ROLLED_OVER)
        ):
            return logging.INFO
        case events.WriteFailed(kind="auth" | "rejected"):
            return logging.ERROR
        case _ if isinstance(event, _DATA_LOST):
            return logging.ERROR
        case _ if isinstance(event, _GOOD_NEWS):
            return logging.INFO
        case _:
            return logging.WARNING


def swarm(event: Event) -> Hashable | None:
    """Return which swarm an event is one of; None if it comes alone or is no news at all."""
    same: tuple[Hashable, ...]
    match event:
        case events.NoiseDiscarded() | events.ForeignFrameDiscarded() | events.LateReplyDiscarded() | events.PortLost():
            same = (event.bus,)
        case events.PortOpened(bus=bus, reopened=reopened):
            same = (bus, reopened)
        case events.DriverFailed(driver=driver):
            same = (driver,)
        case events.WriteFailed(output=output):
            same = (output,)
        case events.RecordsDropped(output=output, reason=reason):
            same = (output, reason)
        case events.LoopLagged(lag_s=lag_s) if lag_s >= NOTABLE_LAG_S:
            same = ()
        case _:
            return None
    return type(event), *same


def amount(event: Event) -> int:
    """Return how much one event of a swarm stands for: bytes of noise, dropped records, otherwise itself."""
    match event:
        case events.NoiseDiscarded(count=count):
            return count
        case events.RecordsDropped(records=records):
            return records
        case _:
            return 1
