"""Watches until nobody takes records any more."""

from collections.abc import Callable, Iterable

from rtu_agent.events import Event, OutputEnded


class LastOutput:
    """Calls `done` when the last of the outputs has ended, in the thread in which that happens."""

    def __init__(self, outputs: Iterable[str], done: Callable[[], object]) -> None:
        self._left = set(outputs)
        self._done = done

    def __call__(self, event: Event) -> None:
        """Cross off an output that has ended."""
        if isinstance(event, OutputEnded) and self._left:
            self._left.discard(event.output)
            if not self._left:
                self._done()
