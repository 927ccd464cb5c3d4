"""What opening a port brings to light; a port that is no serial one has nothing to tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortFacts:
    """What was found out about a port while it was opened."""

    latency_s: float | None = None
    """How long the adapter may hold received bytes back, seconds; None when it has no such timer, or tells nothing."""
    found_at: str | None = None
    """The path at which the adapter was found, where that is not its name any more."""
