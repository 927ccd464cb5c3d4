"""Whole numbers: in all bits of their registers, in some of them, in decimal digits, in decimal words."""

import struct
from dataclasses import dataclass
from typing import Any, Literal

from rtu_agent.driver_api.words import WholeCodec

Sign = Literal["none", "twos_complement", "sign_bit"]
"""How a number below zero is written; `sign_bit` is the highest bit, the others are the magnitude."""


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
class FieldCodec(WholeCodec):
    """A number in the adjacent bits that `mask` names, or one with a sign bit. Its raw is all of the registers."""

    mask: int = 0xFFFF
    sign: Sign = "none"

    @property
    def struct_code(self) -> str:
        """The format of the big-endian form, for `struct`."""
        return {1: "H", 2: "I", 4: "Q"}[self.items]

    @property
    def shift(self) -> int:
        """How many bits are below the field."""
        return (self.mask & -self.mask).bit_length() - 1

    @property
    def pattern_bits(self) -> int:
        """How wide the field is."""
        return self.mask.bit_count()

    @property
    def occupied(self) -> tuple[int, ...]:
        """The mask of each register, in their order on the wire."""
        return struct.unpack(f">{self.items}H", self.to_wire(self.mask))

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""
        half = 1 << self.pattern_bits - 1
        return {
            "none": (0, 2 * half - 1),
            "twos_complement": (-half, half - 1),
            "sign_bit": (1 - half, half - 1),
        }[self.sign]

    def number(self, pattern: int) -> int:
        """Return what the bits of the field mean."""
        half = 1 << self.pattern_bits - 1
        if self.sign == "none" or pattern < half:
            return pattern
        return pattern - 2 * half if self.sign == "twos_complement" else half - pattern

    def read(self, raw: Any) -> int:
        """Return the number in the field."""
        return self.number(self.to_pattern(raw))

    def to_pattern(self, raw: Any) -> int:
        """Return the bits of the field, shifted down."""
        return int((raw & self.mask) >> self.shift)

    def from_pattern(self, pattern: int) -> int:
        """Return a raw with these bits in the field, and zeros around it."""
        return pattern << self.shift

    def encode(self, number: int) -> bytes:
        """Return registers that hold `number`, and zeros around it."""
        smallest, largest = self.range
        if not smallest <= number <= largest:
            raise ValueError(f"{number} does not fit into {self.pattern_bits} bits")
        half = 1 << self.pattern_bits - 1
        pattern = number if number >= 0 else number + 2 * half if self.sign == "twos_complement" else half - number
        return self.to_wire(self.from_pattern(pattern))


@dataclass(frozen=True, slots=True)
class BcdCodec(WholeCodec):
    """Four decimal digits in each register, the first digit highest; with a sign bit, that is above the digits."""

    sign: Sign = "none"

    @property
    def _highest_bit(self) -> int:
        return 1 << 16 * self.items - 1

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""
        if self.sign == "none":
            return 0, 10 ** (4 * self.items) - 1
        largest = 8 * 10 ** (4 * self.items - 1) - 1  # the first digit has three bits
        return -largest, largest

    def read(self, raw: Any) -> int:
        """Return the number that the digits of `raw` write."""
        pattern = int.from_bytes(raw, "big")
        is_negative = self.sign == "sign_bit" and bool(pattern & self._highest_bit)
        digits = f"{pattern ^ self._highest_bit if is_negative else pattern:0{4 * self.items}x}"
        if not digits.isdecimal():
            raise ValueError(f"{digits} has a digit above nine")
        return -int(digits) if is_negative else int(digits)

    def encode(self, number: int) -> bytes:
        """Return the registers that hold the digits of `number`."""
        smallest, largest = self.range
        if not smallest <= number <= largest:
            raise ValueError(f"{number} does not fit into {4 * self.items} digits")
        pattern = int(str(abs(number)), 16) | (self._highest_bit if number < 0 else 0)
        return self.to_wire(pattern.to_bytes(2 * self.items, "big"))


@dataclass(frozen=True, slots=True)
class DecimalCodec(WholeCodec):
    """Each register counts to 10 to the power of `digits`, then the next higher one goes up by one."""

    digits: int = 4

    @property
    def _base(self) -> int:
        return int(10**self.digits)

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest number that fits."""
        return 0, self._base**self.items - 1

    def read(self, raw: Any) -> int:
        """Return the number that the registers make together."""
        number = 0
        for word in struct.unpack(f">{self.items}H", raw):
            if word >= self._base:
                raise ValueError(f"{word} has more than {self.digits} digits")
            number = number * self._base + word
        return number

    def encode(self, number: int) -> bytes:
        """Return the registers that make `number` together."""
        if not 0 <= number <= self.range[1]:
            raise ValueError(f"{number} does not fit into {self.items} words of {self.digits} digits")
        words = [number // self._base**place % self._base for place in reversed(range(self.items))]
        return self.to_wire(struct.pack(f">{self.items}H", *words))
