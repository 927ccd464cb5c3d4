"""How long a bus takes to go round."""

from collections.abc import Iterable


class Cycle:
    """A cycle is over when every device has met the fate of at least one poll since it began, good or not.

    Devices have intervals of their own, so a cycle is as long as the largest of them while the bus keeps up.
    """

    def __init__(self, devices: Iterable[str]) -> None:
        self._devices = frozenset(devices)
        self._waiting = set[str]()
        self._began: float | None = None

    def keep(self, devices: Iterable[str]) -> None:
        """These devices go round from now on; one that is new has its turn from the next cycle on."""
        self._devices = frozenset(devices)
        self._waiting &= self._devices

    def met(self, device: str, now: float) -> float | None:
        """Take in that a poll of `device` met its fate; return the seconds of the cycle that it ends, if it ends one.

        The very first fate begins the first cycle and is no part of it.
        """
        began = self._began
        self._waiting.discard(device)
        if self._waiting:
            return None
        self._began = now
        self._waiting.update(self._devices)
        return None if began is None else now - began
