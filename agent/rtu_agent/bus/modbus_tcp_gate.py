"""Stands between the stream of a Modbus TCP connection and pymodbus, which sees only what has been judged.

pymodbus takes transaction 0 for any transaction, checks neither function nor byte count, and raises inside the event
loop when it does not know a function. So every byte passes here first, through its public packet hook: a frame that is
not the reply gets a transaction number that pymodbus skips, and from a stream that is broken it gets nothing.

pymodbus numbers from 1 again on each connection, so a reply that was meant for the connection before would fit. On the
wire our own numbers stand, which go on from one connection to the next; pymodbus sees its own.
"""

import asyncio
import struct
from collections.abc import Callable, Iterator
from typing import Final

from pymodbus.pdu import ModbusPDU

from rtu_agent.events import OutcomeKind
from rtu_agent.protocol.mbap import HEADER, Expected, Stream, read
from rtu_agent.protocol.pdu import Request

_TRANSACTION: Final = struct.Struct(">H")
_OTHER: Final = 0xFFFF
"""A transaction number that pymodbus never uses: its own end at 65000."""

Strange = Callable[[int, int, int], bool]
"""Is told transaction, unit and function of a whole frame that nobody waits for; returns whether it is only late."""


def transaction_numbers() -> Iterator[int]:
    """Yield the numbers of transactions without end; the same comes again after 65535 others."""
    while True:
        yield from range(1, 0x10000)


class Gate:
    """One connection's stream. `packet` is pymodbus's `trace_packet`.

    Args:
        strange: is told of frames that nobody waits for.
        numbers: what the transactions of all connections are numbered with.
    """

    def __init__(self, strange: Strange, numbers: Iterator[int]) -> None:
        self._strange = strange
        self._numbers = numbers
        self._number_inside = 0
        """pymodbus's own number of the transaction that was sent last."""
        self._expected: Expected | None = None
        self._asked: tuple[int, Request] | None = None
        self._stream = Stream()
        self._left = 0
        self._seen_foreign = False
        self._spoilt = False
        self.sent = b""
        self.received = 0
        self.refused: asyncio.Future[OutcomeKind] | None = None
        """Done when the request cannot be answered any more, with the outcome."""

    def expect(self, unit: int, request: Request) -> asyncio.Future[OutcomeKind]:
        """Get ready for one request; its transaction number is known when it passes."""
        self._asked = (unit, request)
        self._expected = None
        self._stream = Stream()
        self._seen_foreign = False
        self.sent, self.received = b"", 0
        self.refused = asyncio.get_running_loop().create_future()
        return self.refused

    def done(self, *, owed: bool) -> None:
        """Expect nothing any more; what is `owed` may still come."""
        self._asked = self._expected = None
        self._spoilt |= owed

    @property
    def clean(self) -> bool:
        """True when nothing can come on this connection but the reply to the next request."""
        return not (self._spoilt or self._left)

    def packet(self, sending: bool, data: bytes) -> bytes:
        """Let one packet pass."""
        return self._out(data) if sending else self._in(data)

    @property
    def transaction(self) -> int:
        """Number of the transaction that was sent last."""
        return int(_TRANSACTION.unpack_from(self.sent)[0]) if self.sent else 0

    @property
    def accepted(self) -> bool:
        """True when the reply has come."""
        return self._stream.kind in ("good", "exception")

    @property
    def pdu(self) -> bytes:
        """The reply that was accepted."""
        return self._stream.pdu

    def verdict(self, response: ModbusPDU) -> OutcomeKind:
        """Return what pymodbus's response is worth: it must say what the stream said."""
        expected, kind = self._expected, self._stream.kind
        same = (
            expected is not None
            and self.accepted
            and (response.transaction_id, response.dev_id) == (self._number_inside, expected.unit)
            and bytes((response.function_code,)) + response.encode() == self.pdu
        )
        return kind if same and kind is not None else "foreign"

    def silence(self) -> OutcomeKind:
        """Return the outcome of a request whose time is over."""
        if self._seen_foreign:
            return "foreign"
        return "damaged" if self._left else "no_reply"

    def _out(self, data: bytes) -> bytes:
        [self._number_inside] = _TRANSACTION.unpack_from(data)
        self.sent = data = _TRANSACTION.pack(next(self._numbers)) + data[_TRANSACTION.size :]
        self._left = 0  # pymodbus drops what it has not used
        if self._asked is not None:
            unit, request = self._asked
            self._expected = Expected(self.transaction, unit, data[HEADER.size], request)
        return data

    def _in(self, data: bytes) -> bytes:
        """Judge all that pymodbus has not used yet; it passes the same bytes again until they are a whole frame."""
        self.received += len(data) - self._left
        stream = read(data, self._expected if self._stream.kind is None else None)
        if stream.kind is not None:
            self._stream = stream
        self._left = len(data) - stream.used
        passed = bytearray(data)
        if stream.kind in ("good", "exception"):
            _TRANSACTION.pack_into(passed, stream.used - HEADER.size - len(stream.pdu), self._number_inside)
        for at, transaction, unit, function in stream.foreign:
            _TRANSACTION.pack_into(passed, at, _OTHER)
            self._spoilt = True
            self._seen_foreign |= not self._strange(transaction, unit, function)
        if stream.kind in ("foreign", "damaged"):
            self._refuse(stream.kind)
            return b""
        return bytes(passed)

    def _refuse(self, kind: OutcomeKind) -> None:
        self._spoilt = True
        if self.refused is not None and not self.refused.done():
            self.refused.set_result(kind)
