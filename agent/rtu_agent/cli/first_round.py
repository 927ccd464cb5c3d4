"""Watches until every group of every device has met its fate once."""

from collections.abc import Callable, Iterable

from rtu_agent.events import DeviceRecognised, Event, PollFinished, PollSkipped


class FirstRound:
    """Calls `done` when each of the awaited (device, group) pairs was polled or skipped."""

    def __init__(self, awaited: Iterable[tuple[str, str]], done: Callable[[], None]) -> None:
        self._awaited = set(awaited)
        self._done = done

    def __call__(self, event: Event) -> None:
        """Cross off what has met its fate."""
        if not self._awaited:
            return
        if isinstance(event, PollFinished | PollSkipped):
            self._awaited.discard((event.device, event.group))
        elif isinstance(event, DeviceRecognised):
            self._awaited -= {one for one in self._awaited if one[0] == event.device and one[1] not in event.groups}
        if not self._awaited:
            self._done()
