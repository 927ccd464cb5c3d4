"""Events → log lines that a person needs.

A condition is said once when it begins and once when it ends; what may come in swarms is rate-limited; everything else
is for debugging. Which event is which stands in `news`. The name of a line is the name of its event class in
snake_case, and its keys are the event's fields.
"""

import logging
import re
import threading
from collections.abc import Hashable
from dataclasses import fields
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from rtu_agent.clock import Clock
from rtu_agent.events import (
    AdapterLatencyRead,
    AgentStopped,
    ConfigReloaded,
    DeviceStateChanged,
    Event,
    PortLost,
    PortOpened,
    PortOpenFailed,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.news import HABITS, UNSAID, Habit, amount, level, swarm
from rtu_agent.telemetry.rate_limiter import RateLimiter

WINDOW_S: Final = 10.0
"""At most one line per kind and bus, driver or output in this time, seconds."""


class Log:
    """The watcher that speaks; safe in any thread."""

    def __init__(self, logger: FilteringBoundLogger, clock: Clock) -> None:
        self._logger = logger
        self._clock = clock
        self._limiter: RateLimiter[Event] = RateLimiter(WINDOW_S)
        self._begun: set[tuple[Hashable, ...]] = set()
        """What was said to be so, each with the class of its event and whom it is about."""
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Say the event if it is news, and first what was held back long enough."""
        with self._lock:
            now = self._clock.monotonic()
            if isinstance(event, ConfigReloaded):
                self._begun = {condition for condition in self._begun if condition[1] not in event.anew}
            for held, others in self._limiter.due(float("inf") if isinstance(event, AgentStopped) else now):
                self._say(level(held), held, held_back=others)
            if self._is_news(event, now):
                self._say(level(event), event)
            elif self._logger.is_enabled_for(logging.DEBUG):
                self._say(logging.DEBUG, event)

    def _say(self, loudness: int, event: Event, **more: int) -> None:
        self._logger.log(loudness, event_name(type(event)), **_keys(event), **more)

    def _is_news(self, event: Event, now: float) -> bool:
        if isinstance(event, PortOpened | PortLost):
            self._ends((PortOpenFailed, event.bus))
        match event:
            case PortOpenFailed(bus=bus):
                # A port that comes and goes begins to fail again and again.
                news = self._begins((PortOpenFailed, bus)) and self._limiter.admit((PortOpenFailed, bus), event, 1, now)
            case AdapterLatencyRead(port=port, mend=None):
                news = self._ends((AdapterLatencyRead, port))
            case AdapterLatencyRead(port=port):
                news = self._begins((AdapterLatencyRead, port))
            case DeviceStateChanged(device=device, after="offline"):
                news = self._begins((DeviceStateChanged, device))
            case DeviceStateChanged(device=device, after="online"):
                news = self._ends((DeviceStateChanged, device))
            case WriteFailed(output=output, kind="retryable" | "auth" as kind):
                news = self._begins((WriteFailed, output, kind))
            case WriteRecovered(output=output):
                self._begun -= {(WriteFailed, output, "retryable"), (WriteFailed, output, "auth")}
                news = True
            case _ if (family := swarm(event)) is not None:
                news = self._limiter.admit(family, event, amount(event), now)
            case _:
                news = HABITS.get(type(event)) is Habit.ALWAYS
        return news

    def _begins(self, condition: tuple[Hashable, ...]) -> bool:
        is_new = condition not in self._begun
        self._begun.add(condition)
        return is_new

    def _ends(self, condition: tuple[Hashable, ...]) -> bool:
        is_known = condition in self._begun
        self._begun.discard(condition)
        return is_known


def event_name(event_class: type[Event]) -> str:
    """Return the stable name of an event's lines, for example `port_open_failed`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event_class.__name__).lower()


def _keys(event: Event) -> dict[str, Any]:
    """Return the fields of an event that fit on a line."""
    pairs = ((field.name, getattr(event, field.name)) for field in fields(event))
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in pairs
        if value is not None and name not in UNSAID
    }
