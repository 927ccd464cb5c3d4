"""Faults of a reply's content: frames with a good checksum that do not answer the request."""

from dataclasses import dataclass
from typing import ClassVar, Final

from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.pdu import EXCEPTION_BIT
from rtu_agent.simulator.faults.exchange import Exchange
from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import choice, code, duration, whole

EXCEPTION_CODES: Final = (1, 2, 3, 4, 5, 6, 8, 10, 11)
STRANGER: Final = 246
"""A unit that is on no bus of a site in practice."""
_OTHER_FUNCTION: Final = {1: 2, 2: 1, 3: 4, 4: 3}
_MOST_DATA: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongUnit(Fault):
    """The reply carries the address of another unit."""

    name: ClassVar[str] = "wrong-unit"
    to: int = whole("to", 0, "whose address; the next one's by default", low=1, high=255)

    def alter(self, exchange: Exchange) -> None:
        """Answer in another's name."""

        def change(body: bytearray) -> None:
            body[0] = self.to or body[0] % 247 + 1

        exchange.change(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongFunction(Fault):
    """The reply is one to the function that reads the other table of the same kind."""

    name: ClassVar[str] = "wrong-function"

    def alter(self, exchange: Exchange) -> None:
        """Name another function; an exception stays one."""

        def change(body: bytearray) -> None:
            function = body[1] & ~EXCEPTION_BIT
            body[1] = body[1] & EXCEPTION_BIT | _OTHER_FUNCTION.get(function, 3)

        exchange.change(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCount(Fault):
    """The reply carries fewer or more registers than were asked for, and says so."""

    name: ClassVar[str] = "wrong-count"
    registers: int = whole("registers", 1, "how many fewer or more", low=1, high=120)

    def alter(self, exchange: Exchange) -> None:
        """Leave some out at the end, or repeat some."""
        _resize(exchange, 2 * self.registers)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddCount(Fault):
    """The reply carries half a register too few or too many, and says so."""

    name: ClassVar[str] = "odd-count"

    def alter(self, exchange: Exchange) -> None:
        """Leave a byte out at the end, or repeat one."""
        _resize(exchange, 1)


def _resize(exchange: Exchange, size: int) -> None:
    """Make the data shorter or longer by `size` bytes; what cannot become shorter becomes longer."""

    def change(body: bytearray) -> None:
        if body[1] & EXCEPTION_BIT:
            return
        data = body[3:]
        shorter = len(data) > size and (len(data) + size > _MOST_DATA or exchange.random.random() < 0.5)  # noqa: PLR2004
        data = data[:-size] if shorter else data + (data * size)[:size]
        body[2:] = bytes((len(data),)) + data

    exchange.change(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionReply(Fault):
    """The unit refuses: with one code, or with any that the specification knows."""

    name: ClassVar[str] = "exception"
    code: int = code("code", 0, "the exception code, in hexadecimal; any of 01-06, 08, 0A, 0B by default")

    def alter(self, exchange: Exchange) -> None:
        """Refuse instead of answering."""
        code = self.code or exchange.random.choice(EXCEPTION_CODES)
        exchange.frame.data = frame(exchange.request[0], bytes((exchange.request[1] | EXCEPTION_BIT, code)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherException(Fault):
    """The unit refuses what it was not asked: an exception reply of another function."""

    name: ClassVar[str] = "other-exception"

    def alter(self, exchange: Exchange) -> None:
        """Refuse the function that reads the other table."""
        function = _OTHER_FUNCTION.get(exchange.request[1], 3) | EXCEPTION_BIT
        exchange.frame.data = frame(exchange.request[0], bytes((function, exchange.random.choice(EXCEPTION_CODES))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Double(Fault):
    """Two frames come in one chunk: another one, then the right one."""

    name: ClassVar[str] = "double"
    first: str = choice("first", "stale", "what the other one is", ("stale", "same", "foreign"))
    """An earlier reply of the unit of the same shape, the reply itself, or the frame of a unit nobody asked."""

    def alter(self, exchange: Exchange) -> None:
        """Put the other one before the reply."""
        exchange.one_chunk = True
        exchange.put_before(self._other(exchange))

    def _other(self, exchange: Exchange) -> bytes:
        if self.first == "foreign":
            return frame(STRANGER, exchange.reply[1:-2])
        if self.first == "same":
            return exchange.reply
        return exchange.memory.earlier.get((exchange.reply[1], len(exchange.reply)), b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolicited(Fault):
    """A whole frame that nobody asked for comes after the reply, from a unit that nobody asks."""

    name: ClassVar[str] = "unsolicited"
    after_s: float = duration("after", 0.05, "how long after the reply at most")

    def alter(self, exchange: Exchange) -> None:
        """Send a copy of the reply in a stranger's name."""
        exchange.put_behind(frame(STRANGER, exchange.reply[1:-2]), exchange.random.uniform(0.0, self.after_s))
