"""What came of reading the configuration anew, for whoever asked and for whoever looks later."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from rtu_agent.events import ConfigReloaded


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reload."""

    outcome: Literal["done", "refused"]
    began_s: float
    """When the file was about to be read, seconds on the monotonic clock."""
    at: float
    """When it was over, seconds since 1970."""
    said: str
    """What has changed, or everything that is wrong, as a person reads it."""

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Verdict":
        """Return what `to_text` was given.

        Raises:
            ValueError: the text is something else.
        """
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise ValueError(f"this is no verdict: {error}") from error


def in_sentence(event: ConfigReloaded) -> str:
    """Return what a reload has changed."""
    parts = {
        "added": event.added,
        "removed": event.removed,
        "restarted": event.restarted,
        "adjusted": event.adjusted,
    }
    said = [f"{word} {', '.join(names)}" for word, names in parts.items() if names]
    return "; ".join(said) if said else "nothing has changed"
