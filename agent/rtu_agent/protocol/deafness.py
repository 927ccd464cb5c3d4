"""Devices that are deaf for a while after a request to somebody who did not answer.

Some slaves that overhear a request to another unit wait for that unit's reply before they listen again (libmodbus: half
a second). When it never comes, they miss the request that follows, and a dead device takes its neighbours with it. A
silence after every missing reply would prevent that and cost every bus dear, so it is kept only where it was needed:
where a unit that has answered before did not answer directly after another one was silent.
"""

from typing import Final

DEAF_S: Final = 0.6
"""Silence that lets such a device forget, counted from the end of the request that was not answered, seconds."""


class Deafness:
    """What was learnt about one bus."""

    def __init__(self) -> None:
        self._silent: int | None = None
        self._suspected = False

    def heard(self, unit: int, *, answered: bool, known: bool) -> None:
        """Take how the latest transaction ended.

        Args:
            unit: who was asked.
            answered: it answered, in whatever way.
            known: it has answered before.
        """
        if not answered and known and self._silent not in (None, unit):
            self._suspected = True
        self._silent = None if answered else unit

    @property
    def silence_s(self) -> float:
        """Silence to keep after the end of a request that was not answered, seconds."""
        return DEAF_S if self._suspected else 0.0
