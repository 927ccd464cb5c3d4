"""Where a device keeps its words: tables, zero-based addresses, spans.

Source: MODBUS Application Protocol Specification V1.1b3, section 4.3 (data model) and 4.4 (addressing).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

HIGHEST_ADDRESS: Final = 0xFFFF
REFERENCES_PER_TABLE: Final = {5: 10_000, 6: 100_000}


class Table(StrEnum):
    """One of the four tables of the data model."""

    COIL = "coil"
    DISCRETE_INPUT = "discrete_input"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def of_bits(self) -> bool:
        """True for the tables whose items are single bits."""
        return self in (Table.COIL, Table.DISCRETE_INPUT)


WordOrder = Literal["big", "little"]
"""Order of the 16-bit words of a wide value; `big` sends the most significant word first."""

ByteOrder = Literal["big", "little"]
"""Order of the two bytes inside one word; the specification says `big`."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`count` consecutive items of a table, from the zero-based PDU address `address`."""

    table: Table
    address: int
    count: int

    @property
    def end(self) -> int:
        """The first address behind the span."""
        return self.address + self.count

    def __str__(self) -> str:
        return f"{self.table} 0x{self.address:04X}+{self.count}"


def ref(number: int) -> int:
    """Return the zero-based address of a manual's reference number such as 30001, 40001 or 400001.

    Raises:
        ValueError: the number has no table digit 1, 3 or 4, or points before the first item of its table.
    """
    size = REFERENCES_PER_TABLE.get(len(str(number)))
    table, index = divmod(number, size) if size else (0, 0)
    if table not in (1, 3, 4) or index == 0:
        raise ValueError(
            f"{number} is not a reference number; one has five or six digits, such as 40001 or 400001; of a coil write "
            "the address: its number less one"
        )
    return index - 1
