"""Requests, and the replies that answer them: the PDU, without unit address and checksum.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.1 to 6.6 and 6.12 (functions 01 to 06 and 10) and
section 7 (exceptions).
"""

import struct
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Table
from rtu_agent.protocol.errors import LocalProtocolError

EXCEPTION_BIT: Final = 0x80
MAX_REGISTERS: Final = 125
MAX_BITS: Final = 2000
MAX_WRITE_REGISTERS: Final = 123

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
    """What the master needs to know of a request."""

    writes: ClassVar[bool]

    @property
    def function(self) -> int:
        """The function code, 1 to 127."""

    @property
    def reply_size(self) -> int:
        """Bytes of the PDU of the one normal reply."""

    def encode(self) -> bytes:
        """Return the request's PDU."""

    def accepts_head(self, pdu: bytes | bytearray) -> bool:
        """Return whether the reply's PDU, or the part of it that has come, can belong to this request."""

    def payload(self, pdu: bytes) -> bytes:
        """Return the data bytes of an accepted reply."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Functions 01 to 04: read `count` items of a table from `address`."""

    writes: ClassVar[bool] = False
    table: Table
    address: int
    count: int

    def __post_init__(self) -> None:
        widest = MAX_BITS if self.table.of_bits else MAX_REGISTERS
        if not 1 <= self.count <= widest:
            raise LocalProtocolError(f"{self.count} items of {self.table} asked for; one request carries 1 to {widest}")
        if not 0 <= self.address <= HIGHEST_ADDRESS + 1 - self.count:
            raise LocalProtocolError(f"0x{self.address:04X}+{self.count} leaves the address space 0x0000 to 0xFFFF")

    @property
    def function(self) -> int:
        """1 coils, 2 discrete inputs, 3 holding registers, 4 input registers."""
        return READ_FUNCTIONS[self.table]

    @property
    def _data_size(self) -> int:
        return (self.count + 7) // 8 if self.table.of_bits else 2 * self.count

    @property
    def reply_size(self) -> int:
        """Function, byte count, data."""
        return 2 + self._data_size

    def encode(self) -> bytes:
        """Return function, address, count."""
        return struct.pack(">BHH", self.function, self.address, self.count)

    def accepts_head(self, pdu: bytes | bytearray) -> bool:
        """Return whether function and byte count are the ones asked for."""
        return bytes((self.function, self._data_size)).startswith(pdu[:2])

    def payload(self, pdu: bytes) -> bytes:
        """Return the register words, big-endian, or the bits, least significant first."""
        return pdu[2:]


@dataclass(frozen=True, slots=True)
class WriteSingle:
    """Functions 05 and 06: write one coil (`0xFF00` on, `0x0000` off) or one holding register."""

    writes: ClassVar[bool] = True
    table: Table
    address: int
    value: int

    @property
    def function(self) -> int:
        """5 for a coil, 6 for a holding register."""
        return 5 if self.table is Table.COIL else 6

    @property
    def reply_size(self) -> int:
        """The reply repeats the request."""
        return 5

    def encode(self) -> bytes:
        """Return function, address, value."""
        return struct.pack(">BHH", self.function, self.address, self.value)

    def accepts_head(self, pdu: bytes | bytearray) -> bool:
        """Return whether the reply repeats the request."""
        return self.encode().startswith(pdu[:5])

    def payload(self, pdu: bytes) -> bytes:  # noqa: ARG002 - a write carries nothing back
        """Return nothing."""
        return b""


@dataclass(frozen=True, slots=True)
class WriteRegisters:
    """Function 10: write consecutive holding registers."""

    writes: ClassVar[bool] = True
    address: int
    values: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.values) <= MAX_WRITE_REGISTERS:
            raise LocalProtocolError(f"{len(self.values)} registers to write; one request carries 1 to 123")

    @property
    def function(self) -> int:
        """Always 16."""
        return 16

    @property
    def reply_size(self) -> int:
        """Function, address, count."""
        return 5

    def encode(self) -> bytes:
        """Return function, address, count, byte count, words."""
        count = len(self.values)
        return struct.pack(f">BHHB{count}H", 16, self.address, count, 2 * count, *self.values)

    def accepts_head(self, pdu: bytes | bytearray) -> bool:
        """Return whether the reply names the address and count that were written."""
        return self.encode()[:5].startswith(pdu[:5])

    def payload(self, pdu: bytes) -> bytes:  # noqa: ARG002 - a write carries nothing back
        """Return nothing."""
        return b""
