"""Requests, and the replies that answer them: the PDU, without unit address and checksum.

What every request can say of its reply stands here, with the requests that read; `writes` and `identification` have the
others.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.1 to 6.4 (functions 01 to 04) and 7 (exceptions).
"""

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Table
from rtu_agent.protocol.errors import LocalProtocolError

EXCEPTION_BIT: Final = 0x80
MAX_REGISTERS: Final = 125
MAX_BITS: Final = 2000

READ_FUNCTIONS: Final = {Table.COIL: 1, Table.DISCRETE_INPUT: 2, Table.HOLDING: 3, Table.INPUT: 4}

EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge: still working on it",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}


class Request(Protocol):
    """What the master needs to know of a request.

    Whether it writes, and which function it is on the wire, is read from the bytes of `encode` (see `guard`).
    """

    @property
    def function(self) -> int:
        """The function code, 1 to 127."""

    @property
    def longest_reply(self) -> int:
        """Bytes of the PDU of the longest normal reply."""

    def encode(self) -> bytes:
        """Return the request's PDU."""

    def reply_size(self, pdu: bytes) -> int:
        """Return how many bytes the PDU of the normal reply has that begins with `pdu`; 0 if `pdu` begins none.

        Where the reply says its own size and has not said it yet, the size is what is sure so far: always more than
        `pdu` has. So a whole PDU answers if, and only if, this is its length.
        """

    def payload(self, pdu: bytes) -> bytes:
        """Return the data bytes of an accepted reply."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Functions 01 to 04: read `count` items of a table from `address`."""

    table: Table
    address: int
    count: int
    _pdu: bytes = field(init=False, repr=False, compare=False)
    _reply_begins: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        widest = MAX_BITS if self.table.of_bits else MAX_REGISTERS
        if not 1 <= self.count <= widest:
            raise LocalProtocolError(f"{self.count} items of {self.table} asked for; one request carries 1 to {widest}")
        if not 0 <= self.address <= HIGHEST_ADDRESS + 1 - self.count:
            raise LocalProtocolError(f"0x{self.address:04X}+{self.count} leaves the address space 0x0000 to 0xFFFF")
        # A plan asks the same again and again.
        object.__setattr__(self, "_pdu", struct.pack(">BHH", self.function, self.address, self.count))
        object.__setattr__(self, "_reply_begins", bytes((self.function, self._data_size)))

    @property
    def function(self) -> int:
        """1 coils, 2 discrete inputs, 3 holding registers, 4 input registers."""
        return READ_FUNCTIONS[self.table]

    @property
    def _data_size(self) -> int:
        return (self.count + 7) // 8 if self.table.of_bits else 2 * self.count

    @property
    def longest_reply(self) -> int:
        """Function, byte count, data: the only size there is."""
        return 2 + self._reply_begins[1]

    def encode(self) -> bytes:
        """Return function, address, count."""
        return self._pdu

    def reply_size(self, pdu: bytes) -> int:
        """Return the one size, if function and byte count are those asked for."""
        return 2 + self._reply_begins[1] if self._reply_begins.startswith(pdu[:2]) else 0

    def payload(self, pdu: bytes) -> bytes:
        """Return the register words, big-endian, or the bits, least significant first."""
        return pdu[2:]


@lru_cache(maxsize=4096)
def read_request(table: Table, address: int, count: int) -> ReadRequest:
    """Return the request that reads `count` items from `address`: the same one again for whoever polls it again.

    Raises:
        LocalProtocolError: no request can ask for that.
    """
    return ReadRequest(table, address, count)
