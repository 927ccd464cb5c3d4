"""Registers that convict every wrong value.

Four words, from an address that four divides, are one value of 64 bits:

    table 2 | address / 4, 14 | unit 8 | tick 24 | CRC-16 of these 16

The tick counts the reads of the unit, so that no two replies are alike. A stale value has an old tick, a crossed one
another unit, table or address, and a value torn between two replies has a wrong checksum. In a table of bits the same
64 bits lie one by one from an address that 64 divides, the highest first.
"""

from dataclasses import dataclass
from typing import Final, Self

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span, Table
from rtu_agent.protocol.crc import crc16
from rtu_agent.simulator.ear import ExceptionCode
from rtu_agent.simulator.image import Refused

WORDS: Final = 4
"""Registers in one value."""
_BITS: Final = 64
_TABLES: Final = (Table.COIL, Table.DISCRETE_INPUT, Table.HOLDING, Table.INPUT)
_TICKS: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Truth:
    """One value.

    Attributes:
        unit: who holds it.
        table: where.
        address: of its first item.
        tick: in which read of the unit it was told, counted from 0.
    """

    unit: int
    table: Table
    address: int
    tick: int

    def __int__(self) -> int:
        """Return the 64 bits."""
        place = self.address // (_BITS if self.table.of_bits else WORDS)
        body = _TABLES.index(self.table) << 46 | place << 32 | self.unit << 24 | self.tick % _TICKS
        return body << 16 | crc16(body.to_bytes(6, "big"))

    @classmethod
    def told_by(cls, value: int) -> Self:
        """Return what the 64 bits say.

        Raises:
            ValueError: the checksum is wrong, so this is not one value.
        """
        body, check = value >> 16, value & 0xFFFF
        if crc16(body.to_bytes(6, "big")) != check:
            raise ValueError(f"0x{value:016X} is no value of one reply")
        table = _TABLES[body >> 46]
        place = body >> 32 & 0x3FFF
        return cls(body >> 24 & 0xFF, table, place * (_BITS if table.of_bits else WORDS), body % _TICKS)


class TruthImage:
    """The registers of a unit that has every address of every table."""

    def __init__(self, unit: int) -> None:
        self._unit = unit
        self._ticks = 0

    @property
    def writable(self) -> bool:
        """False: what it tells is true by itself."""
        return False

    def write(self, address: int, word: int, table: Table = Table.HOLDING) -> None:  # noqa: ARG002 - whatever it is
        """Take nothing.

        Raises:
            Refused: always.
        """
        raise Refused(Span(table, address, 1), ExceptionCode.ILLEGAL_ADDRESS)

    def read(self, span: Span, time_s: float) -> list[int]:  # noqa: ARG002 - ticks tell replies apart, not time
        """Return the words or bits of `span`; every call is a tick of its own.

        Raises:
            Refused: the span leaves the address space.
        """
        if span.end > HIGHEST_ADDRESS + 1:
            raise Refused(span, ExceptionCode.ILLEGAL_ADDRESS)
        tick, self._ticks = self._ticks, self._ticks + 1
        items, width = (_BITS, 1) if span.table.of_bits else (WORDS, 16)
        told: list[int] = []
        first = span.address - span.address % items
        for address in range(first, span.end, items):
            value = int(Truth(self._unit, span.table, address, tick))
            told += [value >> width * (items - 1 - item) & (1 << width) - 1 for item in range(items)]
        return told[span.address - first : span.end - first]
