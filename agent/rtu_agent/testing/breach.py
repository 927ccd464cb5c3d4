"""One thing in which a driver does not keep the contract of drivers."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong, and where."""

    message: str
    point: str = ""
    """The signal or the script that it is about; nothing where it is the driver as a whole."""

    def of(self, driver: str, rule: str) -> str:
        """Return a line that names driver, point and rule."""
        place = f"{driver}.{self.point}" if self.point else driver
        return f"{place}: {rule}: {self.message}"


def first_of_each(breaches: Iterable[Breach]) -> list[Breach]:
    """Return the first breach of each kind at each place; messages that begin with the same word are of one kind."""
    found: dict[tuple[str, str], Breach] = {}
    for breach in breaches:
        found.setdefault((breach.point, breach.message.partition(" ")[0]), breach)
    return [*found.values()]
