"""An answer that many ask for at once is made once.

What took the processor for a while is used again for a hundred times as long, but not longer than a second, and in any
case for ten times as long. So, however many ask, it costs a hundredth of one core while it is made within 10 ms, more
when it takes longer, and a tenth at most.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

REST: Final = 100
"""How many times as long as it took to make, an answer is used,"""
FRESH_S: Final = 1.0
"""if it is not older than this then;"""
LEAST_REST: Final = 10
"""so many times as long it is used in any case."""


class Shared(Generic[T]):
    """Makes an answer, or gives the last one if it is fresh; who comes while one is made waits for it.

    Args:
        make: makes the answer, in the thread of who asks.
        now: monotonic seconds.
        cost: seconds for which this thread had the processor.
    """

    def __init__(
        self,
        make: Callable[[], T],
        now: Callable[[], float] = time.monotonic,
        cost: Callable[[], float] = time.thread_time,
    ) -> None:
        self._make = make
        self._now = now
        self._cost = cost
        self._lock = threading.Lock()
        self._made: T | None = None
        self._fresh_until = 0.0

    def __call__(self) -> T:
        """Return the answer."""
        with self._lock:
            if self._made is None or self._now() >= self._fresh_until:
                before = self._cost()
                self._made = self._make()
                self._fresh_until = self._now() + _used_for_s(self._cost() - before)
            return self._made


def _used_for_s(cost_s: float) -> float:
    return max(LEAST_REST * cost_s, min(REST * cost_s, FRESH_S))
