"""What became of polls: every scheduled poll is good, failed or skipped, and never two of them.

The counts are a value: a new one replaces the old one whole. Whoever reads holds the state between two polls, so
`scheduled = good + sum(failed) + sum(skipped)` is true in every copy, no matter how many threads count.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, get_args

from rtu_agent.events import OutcomeKind, PollFinished, PollSkipped, SkipReason

FAILURES: Final[tuple[str, ...]] = tuple(kind for kind in get_args(OutcomeKind) if kind != "good")
SKIPS: Final[tuple[str, ...]] = get_args(SkipReason)

PollFate = PollFinished | PollSkipped
"""The events that end a scheduled poll."""


@dataclass(frozen=True, slots=True)
class PollCounts:
    """The polls whose fate is known. One that is due or under way is in none of the counts yet."""

    good: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed_total(self) -> int:
        """Failed polls, whatever the reason."""
        return sum(self.failed.values())

    @property
    def skipped_total(self) -> int:
        """Skipped polls, whatever the reason."""
        return sum(self.skipped.values())

    @property
    def scheduled(self) -> int:
        """All polls that met a fate."""
        return self.good + self.failed_total + self.skipped_total

    def after(self, fate: PollFate) -> "PollCounts":
        """Return the counts with one poll more."""
        if isinstance(fate, PollSkipped):
            return replace(self, skipped=_one_more(self.skipped, fate.reason))
        if fate.outcome == "good":
            return replace(self, good=self.good + 1)
        return replace(self, failed=_one_more(self.failed, fate.outcome))


class PollLedger:
    """The counts of every bus, kept for many threads."""

    def __init__(self, buses: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, PollCounts] = {}
        self.keep(buses)

    def keep(self, buses: Iterable[str]) -> None:
        """Keep the counts of these buses from now on: new ones begin at nothing, those of others are forgotten."""
        nothing = PollCounts(failed=dict.fromkeys(FAILURES, 0), skipped=dict.fromkeys(SKIPS, 0))
        with self._lock:
            self._counts = {bus: self._counts.get(bus, nothing) for bus in buses}

    def count(self, fate: PollFate) -> None:
        """Book one poll under its bus."""
        with self._lock:
            self._counts[fate.bus] = self._counts[fate.bus].after(fate)

    def snapshot(self) -> Mapping[str, PollCounts]:
        """Return the counts by bus at one moment; every reason is there, at 0 if it never came."""
        with self._lock:
            return dict(self._counts)


def _one_more(counts: Mapping[str, int], reason: str) -> Mapping[str, int]:
    return {**counts, reason: counts.get(reason, 0) + 1}
