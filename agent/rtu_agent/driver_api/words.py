"""How values lie in registers, whatever they are.

A value in registers has a *big-endian form*, the bytes that `struct` understands; word order and byte order only say
where on the wire each byte of that form stands. *Raw* is what `struct` makes of the form. The decoder unpacks the raws
of a whole block at once, and the codec reads each of them; its type is `Any`, as it comes from `struct`.
"""

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import ByteOrder, WordOrder

TypeName = Literal[
    "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd", "decimal", "string", "bits", "enum", "bit"
]


@dataclass(frozen=True, slots=True)
class WordCodec(ABC):
    """A value in `items` registers."""

    type: TypeName
    items: int
    word_order: WordOrder = "big"
    byte_order: ByteOrder = "big"

    @property
    def struct_code(self) -> str:
        """The format of the big-endian form, for `struct`."""
        return f"{2 * self.items}s"

    @property
    def order(self) -> tuple[int, ...]:
        """Where on the wire each byte of the big-endian form stands, counted from the first byte of the value."""
        words = range(self.items) if self.word_order == "big" else reversed(range(self.items))
        high, low = (0, 1) if self.byte_order == "big" else (1, 0)
        return tuple(2 * word + byte for word in words for byte in (high, low))

    @property
    def pattern_bits(self) -> int:
        """How many bits a pattern of this value has."""
        return 16 * self.items

    @property
    def occupied(self) -> tuple[int, ...]:
        """Which bits of each register, in their order on the wire, are of this value."""
        return (0xFFFF,) * self.items

    @abstractmethod
    def read(self, raw: Any) -> Value:
        """Return what `raw` means.

        Raises:
            ValueError: it means nothing.
        """

    def from_pattern(self, pattern: int) -> Any:
        """Return the raw whose bits, read as an unsigned number, are `pattern`."""
        return struct.unpack(f">{self.struct_code}", pattern.to_bytes(2 * self.items, "big"))[0]

    def to_pattern(self, raw: Any) -> int:
        """Return the bits of `raw`, read as an unsigned number."""
        return int.from_bytes(struct.pack(f">{self.struct_code}", raw), "big")

    def to_wire(self, raw: Any) -> bytes:
        """Return the registers that hold `raw`, in their order on the wire.

        Raises:
            ValueError: `raw` does not fit.
        """
        try:
            form = struct.pack(f">{self.struct_code}", raw)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"{raw} does not fit into {self.type}") from error
        return bytes(byte for _, byte in sorted(zip(self.order, form, strict=True)))


@dataclass(frozen=True, slots=True)
class WholeCodec(WordCodec):
    """A whole number in registers."""

    @property
    @abstractmethod
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""

    @abstractmethod
    def encode(self, number: int) -> bytes:
        """Return the registers that hold `number`.

        Raises:
            ValueError: it does not fit.
        """
