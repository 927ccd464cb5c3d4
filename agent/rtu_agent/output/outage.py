"""The state of an output: what each failure is, and when the trouble is over. Pure.

Every failure is an event, so that it can be counted; saying it once is the business of those who say.
"""

from typing import Final, Literal

from rtu_agent.events import WriteFailed, WriteRecovered

Kind = Literal["retryable", "rejected", "auth"]

REJECTIONS_OVER_S: Final = 60.0
"""Rejected records come in bursts between good ones; they are over when none was rejected for so long, seconds."""


class Outage:
    """The state of one output. Times are monotonic seconds."""

    def __init__(self, output: str) -> None:
        self._output = output
        self._kind: Kind | None = None
        self._since = 0.0
        self._last = 0.0

    @property
    def lasts(self) -> bool:
        """True from a failure to the success that ends it."""
        return self._kind is not None

    def failed(self, kind: Kind, error: str, retry_s: float, now: float) -> WriteFailed:
        """Note a failure and return its event."""
        self._last = now
        if self._kind is None:
            self._since = now
        self._kind = kind
        return WriteFailed(self._output, kind, error, retry_s)

    def succeeded(self, now: float) -> WriteRecovered | None:
        """Note a success; return the end of the trouble, None if nothing was wrong or it may not be over."""
        if self._kind is None or (self._kind == "rejected" and now - self._last < REJECTIONS_OVER_S):
            return None
        self._kind = None
        return WriteRecovered(self._output, now - self._since)
