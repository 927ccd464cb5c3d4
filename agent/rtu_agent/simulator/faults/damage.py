"""Faults of the line: frames that arrive broken, and noise.

A checksum of sixteen bits cannot find everything: of frames that are damaged in more than three bits, one in 32768 has
a good checksum by chance, and no receiver can tell. Such frames are not made here: up to three flipped bits are always
found, and noise inside a frame is drawn again when it happens to fit.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.simulator.faults.exchange import Exchange, Part
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import choice, duration, whole

_MOST_FLIPS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCrc(Fault):
    """The checksum of the reply is wrong, all else is right."""

    name: ClassVar[str] = "crc"

    def alter(self, exchange: Exchange) -> None:
        """Change the checksum and nothing else."""
        data = exchange.frame.data
        wrong = int.from_bytes(data[-2:], "big") ^ exchange.random.randrange(1, 0x10000)
        exchange.frame.data = data[:-2] + wrong.to_bytes(2, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip(Fault):
    """Some bits of the reply arrive inverted."""

    name: ClassVar[str] = "flip"
    bits: int = whole("bits", _MOST_FLIPS, "how many at most", low=1, high=_MOST_FLIPS)

    def alter(self, exchange: Exchange) -> None:
        """Invert one bit or more, each once."""
        data = bytearray(exchange.frame.data)
        for bit in exchange.random.sample(range(8 * len(data)), exchange.random.randint(1, self.bits)):
            data[bit // 8] ^= 1 << bit % 8
        exchange.frame.data = bytes(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(Fault):
    """Characters that nobody sent arrive before, inside or after the reply."""

    name: ClassVar[str] = "noise"
    where: str = choice("where", "before", "where they come", ("before", "inside", "after"))
    size: int = whole("bytes", 3, "how many at most", low=1, high=64)

    def alter(self, exchange: Exchange) -> None:
        """Add them."""
        if self.where == "before":
            exchange.put_before(self._noise(exchange))
        elif self.where == "after":
            exchange.put_behind(self._noise(exchange))
        else:
            exchange.frame.data = self._disturbed(exchange)

    def _noise(self, exchange: Exchange) -> bytes:
        return exchange.random.randbytes(exchange.random.randint(1, self.size))

    def _disturbed(self, exchange: Exchange) -> bytes:
        data = exchange.frame.data
        while True:
            at = exchange.place()
            disturbed = data[:at] + self._noise(exchange) + data[at:]
            if not crc_is_good(disturbed[: len(data)]):
                return disturbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(Fault):
    """The reply ends before its time."""

    name: ClassVar[str] = "truncate"

    def alter(self, exchange: Exchange) -> None:
        """Leave out one character or more at the end, but not all."""
        data = exchange.frame.data
        exchange.frame.data = data[: exchange.place()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Fault):
    """The reply comes in two pieces with a pause between them."""

    name: ClassVar[str] = "split"
    pause_s: float = duration("pause", 0.03, "how long the pause is")

    def alter(self, exchange: Exchange) -> None:
        """Cut it anywhere."""
        data = exchange.frame.data
        at = exchange.place()
        exchange.frame.data = data[:at]
        exchange.put_behind(data[at:], self.pause_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Babble(Fault):
    """A unit that has gone mad talks without end; the reply is lost in it."""

    name: ClassVar[str] = "babble"
    for_s: float = duration("for", 0.5, "how long it talks")

    def alter(self, exchange: Exchange) -> None:
        """Talk instead of answering."""
        exchange.parts[:] = [Part(exchange.random.randbytes(characters(exchange, self.for_s)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck(Fault):
    """The line is held at one level: zeros without end; the reply is lost in it."""

    name: ClassVar[str] = "stuck"
    for_s: float = duration("for", 0.5, "how long it is held")

    def alter(self, exchange: Exchange) -> None:
        """Hold it instead of answering."""
        exchange.parts[:] = [Part(bytes(characters(exchange, self.for_s)))]


def characters(exchange: Exchange, seconds: float) -> int:
    """Return how many characters fill a time, at least one."""
    return max(1, round(seconds / exchange.line.character_s))
