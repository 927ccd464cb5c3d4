"""Watches until every group of every device has met its fate once."""

from collections.abc import Callable, Collection, Iterable

from rtu_agent.events import (
    DeviceRecognised,
    DriverQuarantined,
    Event,
    IdentityMismatched,
    PollFinished,
    PollSkipped,
)


class FirstRound:
    """Calls `done` when each of the awaited (device, group) pairs was polled or skipped.

    A device of which it is not found out what it is has no groups, so nothing more is awaited of it.
    """

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
            self._forget(event.device, but=event.groups)
        elif isinstance(event, DriverQuarantined) or (isinstance(event, IdentityMismatched) and event.said):
            self._forget(event.device)
        if not self._awaited:
            self._done()

    def _forget(self, device: str, *, but: Collection[str] = ()) -> None:
        """Await nothing more of a device, or nothing but some of its groups."""
        self._awaited -= {one for one in self._awaited if one[0] == device and one[1] not in but}
