"""A database as far as outputs can see it: points by series and time, and servers that fail before or after storing."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from rtu_agent.domain.record import Value
from rtu_agent.output import line_reader
from rtu_agent.output.contract import Action, NetworkOutput, Verdict

Points = dict[tuple[str, int], dict[str, Value]]
"""By series and time in milliseconds, the values of the fields."""


def points(body: bytes) -> Points:
    """Return what a database makes of a body."""
    found: Points = {}
    for raw in body.split(b"\n"):
        line = line_reader.cut(raw)
        assert line is not None, raw
        found.setdefault((line.key, line.time_ms), {}).update(line_reader.values(line.fields))
    return found


class Database(NetworkOutput):
    """Stores what it is sent; `mood` says what comes of each body, and whether it is stored nevertheless."""

    Settings = BaseModel

    def __init__(self, mood: Callable[[bytes], tuple[Action, bool]] = lambda _: (Action.ACCEPTED, True)) -> None:
        self.mood = mood
        self.stored: Points = {}
        self.bodies: list[bytes] = []
        self.closed = False

    def send(self, body: bytes) -> Verdict:
        """Store, or not."""
        self.bodies.append(body)
        action, stores = self.mood(body)
        if stores:
            for point, fields in points(body).items():
                self.stored.setdefault(point, {}).update(fields)
        return Verdict(action, "as told")

    def close(self) -> None:
        """Nothing is open."""
        self.closed = True

    def of(self, field: str) -> dict[int, Any]:
        """Return the values of a field by their times."""
        return {time_ms: fields[field] for (_, time_ms), fields in self.stored.items() if field in fields}
