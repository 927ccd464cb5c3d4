"""The end of a run: asked for once, and by whoever asks again at once. It never takes longer than it may."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from rtu_agent.clock import Clock

STOP_S: Final = 5.0
"""From the moment when the agent is told to stop to the moment when it has, seconds."""
HURRIED_S: Final = 0.2
"""What is left of that when it is told a second time."""


class Stop:
    """Is asked for by signals and awaited by everybody. Made and used inside a running event loop.

    Args:
        asked: set when the run shall end; others may set it, too.
        clock: the monotonic clock.
    """

    def __init__(self, asked: asyncio.Event, clock: Clock) -> None:
        self.asked = asked
        self._clock = clock
        self._hurried = asyncio.Event()
        self._deadline: float | None = None

    def ask(self) -> None:
        """End the run; asked a second time, do not even wait for what could still be done in order."""
        if self.asked.is_set():
            self._hurried.set()
        self.asked.set()

    @property
    def left_s(self) -> float:
        """How long the end may still take, seconds; the time runs from the first look on."""
        now = self._clock.monotonic()
        if self._deadline is None:
            self._deadline = now + STOP_S
        return min(max(0.0, self._deadline - now), HURRIED_S if self._hurried.is_set() else STOP_S)

    async def wait_for(self, work: Coroutine[Any, Any, object], share: float = 1.0) -> None:
        """Wait for a piece of the end, for no longer than its share of what is left; leave it alone after that.

        Raises:
            Exception: what the work raises while it is waited for.
        """
        doing = asyncio.ensure_future(work)
        hurrying = asyncio.ensure_future(self._hurried.wait())
        try:
            await asyncio.wait({doing, hurrying}, timeout=self.left_s * share, return_when=asyncio.FIRST_COMPLETED)
            if hurrying.done() and not doing.done():
                await asyncio.wait({doing}, timeout=self.left_s * share)
        finally:
            hurrying.cancel()
        if doing.done():
            doing.result()
        else:
            doing.cancel()
