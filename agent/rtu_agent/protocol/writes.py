"""Requests that write. They reach the wire only for units whose device entry allows writes (see `guard`).

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.5, 6.6 and 6.12 (functions 05, 06 and 10).
"""

import struct
from dataclasses import dataclass
from typing import Final

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.errors import LocalProtocolError

MAX_WRITE_REGISTERS: Final = 123
_REPLY_SIZE: Final = 5


@dataclass(frozen=True, slots=True)
class WriteSingle:
    """Functions 05 and 06: write one coil (`0xFF00` on, `0x0000` off) or one holding register."""

    table: Table
    address: int
    value: int

    @property
    def function(self) -> int:
        """5 for a coil, 6 for a holding register."""
        return 5 if self.table is Table.COIL else 6

    @property
    def longest_reply(self) -> int:
        """The reply repeats the request."""
        return _REPLY_SIZE

    def encode(self) -> bytes:
        """Return function, address, value."""
        return struct.pack(">BHH", self.function, self.address, self.value)

    def reply_size(self, pdu: bytes) -> int:
        """Return the one size, if the reply repeats the request."""
        return _REPLY_SIZE if self.encode().startswith(pdu[:_REPLY_SIZE]) else 0

    def payload(self, pdu: bytes) -> bytes:  # noqa: ARG002 - a write carries nothing back
        """Return nothing."""
        return b""


@dataclass(frozen=True, slots=True)
class WriteRegisters:
    """Function 10: write consecutive holding registers."""

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
    def longest_reply(self) -> int:
        """Function, address, count."""
        return _REPLY_SIZE

    def encode(self) -> bytes:
        """Return function, address, count, byte count, words."""
        count = len(self.values)
        return struct.pack(f">BHHB{count}H", 16, self.address, count, 2 * count, *self.values)

    def reply_size(self, pdu: bytes) -> int:
        """Return the one size, if the reply names the address and count that were written."""
        return _REPLY_SIZE if self.encode()[:_REPLY_SIZE].startswith(pdu[:_REPLY_SIZE]) else 0

    def payload(self, pdu: bytes) -> bytes:  # noqa: ARG002 - a write carries nothing back
        """Return nothing."""
        return b""
