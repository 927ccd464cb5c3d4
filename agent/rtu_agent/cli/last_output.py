"""Watches until nobody takes records any more."""

from collections.abc import Callable, Collection

from rtu_agent.events import Event, OutputEnded


class LastOutput:
    """Calls `done` when the last of the outputs has ended, in the thread in which that happens.

    Args:
        outputs: gives those that there are; they may change.
        done: is called once.
    """

    def __init__(self, outputs: Callable[[], Collection[str]], done: Callable[[], object]) -> None:
        self._outputs = outputs
        self._ended: set[str] = set()
        self._done = done

    def __call__(self, event: Event) -> None:
        """Cross off an output that has ended."""
        if isinstance(event, OutputEnded) and event.output not in self._ended:
            self._ended.add(event.output)
            if self._ended.issuperset(self._outputs()):
                self._done()
