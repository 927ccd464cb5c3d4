"""How often the same thing may be said.

The first of a kind is said at once. What comes within the window after it is held back; when the window has passed,
the newest of those held back is said, with the amount of the others, and the next window begins. So nothing goes
unmentioned, and no kind is said more than once a window.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Window(Generic[T]):
    until: float
    newest: T | None = None
    newest_amount: int = 0
    others: int = 0


class RateLimiter(Generic[T]):
    """At most one item per kind in `window_s` seconds."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._windows: dict[Hashable, _Window[T]] = {}
        self._next_due = float("inf")

    def admit(self, kind: Hashable, item: T, amount: int, now: float) -> bool:
        """Return whether `item` may be said now; otherwise it is held back, as `amount` of its kind."""
        window = self._windows.get(kind)
        if window is None:
            self._open(kind, now)
            return True
        window.others += window.newest_amount
        window.newest, window.newest_amount = item, amount
        return False

    def due(self, now: float) -> list[tuple[T, int]]:
        """Return what is to be said now that its window has passed: the item and the amount of the others held back."""
        if now < self._next_due:
            return []
        over = {kind: window for kind, window in self._windows.items() if window.until <= now}
        said: list[tuple[T, int]] = []
        for kind, window in over.items():
            del self._windows[kind]
            if window.newest is not None:
                said.append((window.newest, window.others))
                self._open(kind, now)
        self._next_due = min((window.until for window in self._windows.values()), default=float("inf"))
        return said

    def _open(self, kind: Hashable, now: float) -> None:
        self._windows[kind] = _Window(until=now + self._window_s)
        self._next_due = min(self._next_due, now + self._window_s)
