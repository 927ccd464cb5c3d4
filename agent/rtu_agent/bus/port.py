"""How a bus is reached: bytes out, bytes in, and the moment it is gone."""

from collections.abc import Callable
from typing import Protocol

from rtu_agent.bus.port_facts import PortFacts


class Port(Protocol):
    """One way to a bus. All calls come from the event loop's thread."""

    name: str
    paced: bool
    """Bytes take the time that the line settings say."""
    keeps_replies: bool
    """What is behind the port may keep a reply and deliver it later; an opening that is new begins without any."""

    async def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> PortFacts:
        """Open it and return what was found out about it.

        From now on every byte goes to `heard`, and its end, once, with the cause, to `lost`.

        Raises:
            PortError: it cannot be opened now.
        """

    def write(self, data: bytes) -> None:
        """Send `data`; what goes wrong is told to `lost`."""

    def read_pending(self) -> bytes:
        """Return what has arrived and was not yet given to `heard`."""

    def pause(self) -> None:
        """Leave what arrives to `read_pending`, as far as that saves work; its end is told all the same."""

    def resume(self) -> None:
        """Give everything to `heard` again."""

    def close(self) -> None:
        """Close it; harmless when it is not open."""
