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
        self._failed = False

    @property
    def is_good(self) -> bool:
        """Whether it is over, and every group of every device was read."""
        return not self._awaited and not self._failed

    def __call__(self, event: Event) -> None:
        """Cross off what has met its fate."""
        if not self._awaited:
            return
        if isinstance(event, PollFinished | PollSkipped):
            self._meet((event.device, event.group), good=isinstance(event, PollFinished) and event.outcome == "good")
        elif isinstance(event, DeviceRecognised):
            self._forget(event.device, but=event.groups)
        elif isinstance(event, DriverQuarantined) or (isinstance(event, IdentityMismatched) and event.said):
            self._failed = True
            self._forget(event.device)
        if not self._awaited:
            self._done()

    def _meet(self, one: tuple[str, str], *, good: bool) -> None:
        """Cross off a group that has met its first fate."""
        if one in self._awaited:
            self._awaited.remove(one)
            self._failed |= not good

    def _forget(self, device: str, *, but: Collection[str] = ()) -> None:
        """Await nothing more of a device, or nothing but some of its groups."""
        self._awaited -= {one for one in self._awaited if one[0] == device and one[1] not in but}
