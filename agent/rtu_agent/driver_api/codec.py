"""The ways in which a value lies in the items of a table, and how the words of an author choose one."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from rtu_agent.domain.registers import ByteOrder, WordOrder
from rtu_agent.domain.text import clean_text
from rtu_agent.driver_api.text import fit_text
from rtu_agent.driver_api.whole import BcdCodec, DecimalCodec, FieldCodec, IntegerCodec, Sign
from rtu_agent.driver_api.words import TypeName, WholeCodec, WordCodec

__all__ = [
    "BcdCodec",
    "BitCodec",
    "Codec",
    "DecimalCodec",
    "FieldCodec",
    "FloatCodec",
    "IntegerCodec",
    "Sign",
    "TextCodec",
    "TypeName",
    "WholeCodec",
    "WordCodec",
    "codec",
]


@dataclass(frozen=True, slots=True)
class BitCodec:
    """One item of a table of bits."""

    type: TypeName = "bit"
    items: int = 1

    def encode(self, value: bool) -> bytes:
        """Return the item in a byte of its own."""
        return b"\x01" if value else b"\x00"


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
    """Two characters in each register, the first in the high byte; or one in each, in the low byte."""

    one_per_word: bool = False

    @property
    def longest(self) -> int:
        """How many characters fit."""
        return self.items if self.one_per_word else 2 * self.items

    def read(self, raw: Any) -> str:
        """Return the text, cleaned."""
        return clean_text(raw[1::2] if self.one_per_word else raw)

    def encode(self, text: str) -> bytes:
        """Return the registers that hold `text`, filled up with NUL.

        Raises:
            ValueError: `text` is too long.
        """
        data = fit_text(text, self.longest)
        return self.to_wire(b"".join(b"\0%c" % byte for byte in data) if self.one_per_word else data)


Codec = BitCodec | IntegerCodec | FieldCodec | BcdCodec | DecimalCodec | FloatCodec | TextCodec

_FIXED: Final = {"u16": 1, "i16": 1, "u32": 2, "i32": 2, "u64": 4, "i64": 4, "f32": 2, "f64": 4}
_USUAL: Final = {"decimal": 2}


def codec(
    type_name: TypeName,
    words: int | None = None,
    word_order: WordOrder = "big",
    byte_order: ByteOrder = "big",
    *,
    mask: int | None = None,
    sign_bit: bool = False,
    digits: int = 4,
    one_per_word: bool = False,
) -> Codec:
    """Return the codec of a type; `words` is how long it is where the type leaves that open."""
    items = _FIXED.get(type_name) or (_USUAL.get(type_name, 1) if words is None else words)
    place = (type_name, items, word_order, byte_order)
    sign: Sign = "sign_bit" if sign_bit else "twos_complement" if type_name.startswith("i") else "none"
    form: Codec
    match type_name:
        case "bit":
            form = BitCodec()
        case "string":
            form = TextCodec(type_name, items, "big", byte_order, one_per_word)
        case "bcd":
            form = BcdCodec(*place, sign)
        case "decimal":
            form = DecimalCodec(*place, digits)
        case "f32" | "f64":
            form = FloatCodec(*place)
        case _ if mask is None and not sign_bit:
            form = IntegerCodec(*place)
        case _:
            form = FieldCodec(*place, (1 << 16 * items) - 1 if mask is None else mask, sign)
    return form
