"""An event loop whose time is turned by hand: whoever sleeps wakes at once, and the clock shows that he has slept."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

from rtu_agent.clock import HandClock


class _Leaping(selectors.SelectSelector):
    """Waits for nothing: the time that it would have waited has passed."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self._clock.turn(timeout)
        return super().select(0)


class HandLoop(asyncio.SelectorEventLoop):
    """Runs hours of sleeping in a moment, on the clock that is given."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(_Leaping(clock))
        self._hand_clock = clock

    def time(self) -> float:
        """Return what the clock shows."""
        return self._hand_clock.monotonic()

    def call_exception_handler(self, context: Mapping[str, Any]) -> None:
        """Nothing that goes wrong is only logged."""
        raise AssertionError(str(context)) from context.get("exception")
