"""Whether the driver of a device is to be relied on, and until when it is left alone.

A driver is somebody else's code. One that fails again and again brings no values, and what it costs, the device's
neighbours pay: bus time for nothing, and an event loop that waits while it computes. So it rests, each time for longer.
One that works is trusted again.
"""

from math import inf
from typing import Final

FAILURES: Final = 5
"""So many in a row, and it rests."""
FIRST_REST_S: Final = 10.0
LONGEST_REST_S: Final = 600.0
SLOW_S: Final = 0.05
"""To compute for longer than this counts as a failure, though what comes of it is kept: nobody else can be asked."""


class Trust:
    """One device. All times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._rests = 0
        self._until = -inf

    @property
    def lost(self) -> bool:
        """True from its first rest until it works."""
        return self._rests > 0

    def rests_until(self, now: float) -> float | None:
        """Return until when the device is left alone, or None when it is not."""
        return self._until if now < self._until else None

    def failed(self, now: float, *, wholly: bool = False) -> float | None:
        """It failed; return for how long it rests now, None if it does not.

        Args:
            now: when.
            wholly: another try would tell nothing new, so that one failure is enough.
        """
        self._in_a_row += 1
        if not wholly and self._in_a_row < FAILURES and not self.lost:
            return None
        rest_s = min(FIRST_REST_S * 2.0 ** min(self._rests, 10), LONGEST_REST_S)
        self._rests += 1
        self._until = now + rest_s
        return rest_s

    def wait(self, until: float) -> None:
        """Let the device alone for another reason."""
        self._until = until

    def worked(self) -> bool:
        """It works; return whether it had not been trusted."""
        was_lost = self.lost
        self._in_a_row = self._rests = 0
        return was_lost
