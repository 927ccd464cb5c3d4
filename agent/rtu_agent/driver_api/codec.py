"""How a number, a text or a bit lies in the items of a table.

A value in registers has a *big-endian form*, the bytes that `struct` understands; word order and byte order only say
where on the wire each byte of that form stands. *Raw* is what `struct` makes of the form. The decoder unpacks the raws
of a whole block at once, and the codec reads each of them; its type is `Any`, as it comes from `struct`.
"""

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import ByteOrder, WordOrder
from rtu_agent.domain.text import clean_text
from rtu_agent.driver_api.text import fit_text

TypeName = Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd", "string", "bits", "enum", "bit"]


@dataclass(frozen=True, slots=True)
class BitCodec:
    """One item of a table of bits."""

    type: TypeName = "bit"
    items: int = 1

    def encode(self, value: bool) -> bytes:
        """Return the item in a byte of its own."""
        return b"\x01" if value else b"\x00"


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


@dataclass(frozen=True, slots=True)
class IntegerCodec(WholeCodec):
    """A number in two's complement, or without a sign; also a code or a field of bits."""

    @property
    def _is_signed(self) -> bool:
        return self.type.startswith("i")

    @property
    def struct_code(self) -> str:
        """The format of the big-endian form, for `struct`."""
        code = {1: "h", 2: "i", 4: "q"}[self.items]
        return code if self._is_signed else code.upper()

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""
        patterns = 1 << 16 * self.items
        return (-patterns // 2, patterns // 2 - 1) if self._is_signed else (0, patterns - 1)

    def read(self, raw: Any) -> int:
        """Return `raw`, which is the number."""
        return int(raw)

    def encode(self, number: int) -> bytes:
        """Return the registers that hold `number`."""
        return self.to_wire(number)


@dataclass(frozen=True, slots=True)
class BcdCodec(WholeCodec):
    """Four decimal digits in each register, the first digit highest."""

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""
        return 0, 10 ** (4 * self.items) - 1

    def read(self, raw: Any) -> int:
        """Return the number that the digits of `raw` write."""
        digits = bytes.hex(raw)
        if not digits.isdecimal():
            raise ValueError(f"{digits} has a digit above nine")
        return int(digits)

    def encode(self, number: int) -> bytes:
        """Return the registers that hold the digits of `number`."""
        smallest, largest = self.range
        if not smallest <= number <= largest:
            raise ValueError(f"{number} does not fit into {4 * self.items} digits")
        return self.to_wire(bytes.fromhex(f"{number:0{4 * self.items}d}"))


@dataclass(frozen=True, slots=True)
class FloatCodec(WordCodec):
    """A binary floating point number. Source: IEEE 754-2008, section 3.6."""

    @property
    def struct_code(self) -> str:
        """The format of the big-endian form, for `struct`."""
        return {2: "f", 4: "d"}[self.items]

    def read(self, raw: Any) -> float:
        """Return `raw`, which is the number, or infinite, or NaN."""
        return float(raw)

    def encode(self, number: Fraction | float) -> bytes:
        """Return the registers that hold the float nearest to `number`.

        Raises:
            ValueError: it is beyond all floats of this size.
        """
        try:
            return self.to_wire(float(number))
        except OverflowError as error:
            raise ValueError(f"{number} does not fit into {self.type}") from error


@dataclass(frozen=True, slots=True)
class TextCodec(WordCodec):
    """Two characters in each register, the first in the high byte."""

    def read(self, raw: Any) -> str:
        """Return the text, cleaned."""
        return clean_text(raw)

    def encode(self, text: str) -> bytes:
        """Return the registers that hold `text`, filled up with NUL.

        Raises:
            ValueError: `text` is too long.
        """
        return self.to_wire(fit_text(text, 2 * self.items))


Codec = BitCodec | IntegerCodec | BcdCodec | FloatCodec | TextCodec

_FIXED: Final = {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "u64": 4, "i64": 4, "f32": 2, "f64": 4}


def codec(type_name: TypeName, words: int, word_order: WordOrder, byte_order: ByteOrder) -> Codec:
    """Return the codec of a type; `words` is how long it is where the type leaves that open."""
    if type_name == "bit":
        return BitCodec()
    if type_name == "string":
        return TextCodec(type_name, words, "big", byte_order)
    kind = BcdCodec if type_name == "bcd" else FloatCodec if type_name.startswith("f") else IntegerCodec
    return kind(type_name, _FIXED.get(type_name, words), word_order, byte_order)
