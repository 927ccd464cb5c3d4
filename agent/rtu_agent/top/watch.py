"""What there is to see of an agent now: its newest status, or the last one that it gave and how old that is."""

from collections.abc import Callable

from rtu_agent.clock import Clock
from rtu_agent.domain.secret import SecretError
from rtu_agent.telemetry.picture import Picture
from rtu_agent.top.client import Json, UnreachableError
from rtu_agent.top.status_picture import picture_of


class Watch:
    """Remembers the last status while there is no newer one.

    Args:
        ask: gives the status, or raises what `Client.status` raises.
        clock: monotonic.
    """

    def __init__(self, ask: Callable[[], Json], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._last: tuple[Json, float] | None = None

    def look(self) -> Picture:
        """Ask, and return the picture of what was answered, now or before.

        Raises:
            UnreachableError, SecretError: nothing was ever answered.
            UnknownFormError: the answer is of another version.
        """
        trouble = ""
        try:
            self._last = self._ask(), self._clock.monotonic()
        except (UnreachableError, SecretError) as error:
            if self._last is None:
                raise
            trouble = str(error)
        status, at = self._last
        return picture_of(status, self._clock.monotonic() - at, trouble)
