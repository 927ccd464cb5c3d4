"""How values lie in registers: every type, either order of words, either order of bytes."""

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.registers import ByteOrder, WordOrder
from rtu_agent.driver_api.codec import (
    BcdCodec,
    BitCodec,
    Codec,
    FloatCodec,
    IntegerCodec,
    TextCodec,
    TypeName,
    WordCodec,
    codec,
)
from support.points import codecs, raws


def unpack(form: WordCodec, wire: bytes) -> object:
    """Take a value from the wire as the decoder does: order the bytes, unpack, read."""
    ordered = bytes(wire[place] for place in form.order)
    return form.read(*struct.unpack(f">{form.struct_code}", ordered))


@pytest.mark.parametrize(
    ("type_name", "words", "wire", "value"),
    [
        ("u16", 1, "ff38", 65336),
        ("i16", 1, "ff38", -200),
        ("u32", 2, "00010002", 65538),
        ("i32", 2, "fffffffe", -2),
        ("u64", 4, "8000000000000000", 1 << 63),
        ("i64", 4, "8000000000000000", -(1 << 63)),
        ("f32", 2, "43663334", 230.20001220703125),
        ("f64", 4, "406cc66666666666", 230.2),
        ("bcd", 1, "1234", 1234),
        ("bcd", 2, "00123456", 123456),
        ("bcd", 4, "9999999999999999", 9_999_999_999_999_999),
        ("string", 3, "53444d313230", "SDM120"),
        ("bits", 1, "8001", 0x8001),
        ("bits", 2, "80000001", 0x80000001),
        ("enum", 1, "ffff", 0xFFFF),
    ],
)
def test_types_mean_what_manuals_say(type_name: TypeName, words: int, wire: str, value: object) -> None:
    """Each by an example computed by hand."""
    form = codec(type_name, words, "big", "big")

    assert not isinstance(form, BitCodec)
    assert form.items == len(bytes.fromhex(wire)) // 2
    assert unpack(form, bytes.fromhex(wire)) == value


@pytest.mark.parametrize(
    ("word_order", "byte_order", "wire"),
    [
        ("big", "big", "0a0b0c0d"),
        ("little", "big", "0c0d0a0b"),
        ("big", "little", "0b0a0d0c"),
        ("little", "little", "0d0c0b0a"),
    ],
)
def test_the_four_orders_of_a_wide_value(word_order: WordOrder, byte_order: ByteOrder, wire: str) -> None:
    """ABCD, CDAB, BADC and DCBA, as manuals call them."""
    form = codec("u32", 1, word_order, byte_order)

    assert isinstance(form, IntegerCodec)
    assert form.encode(0x0A0B0C0D).hex() == wire
    assert unpack(form, bytes.fromhex(wire)) == 0x0A0B0C0D


def test_text_has_no_word_order() -> None:
    """Characters stand one after the other, even in a device that sends the low word of numbers first."""
    form = codec("string", 2, "little", "little")

    assert isinstance(form, TextCodec)
    assert form.encode("ABCD") == b"BADC"


@settings(deadline=None)
@given(st.data(), codecs())
def test_encoding_undoes_reading(data: st.DataObject, form: Codec) -> None:
    """Whatever a codec can hold survives the way to the wire and back, in every order."""
    raw = data.draw(raws(form))

    wire = form.encode(raw)

    if isinstance(form, BitCodec):
        assert wire == bytes([raw])
    else:
        assert len(wire) == 2 * form.items
        assert unpack(form, wire) == raw


@settings(deadline=None)
@given(st.data(), codecs(("u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bits", "enum", "bcd")))
def test_a_pattern_is_the_bits_of_a_value(data: st.DataObject, form: Codec) -> None:
    """Sentinels are written as patterns and found as values: the way there and back is exact."""
    assert isinstance(form, WordCodec)
    pattern = data.draw(st.integers(0, (1 << form.pattern_bits) - 1))

    raw = form.from_pattern(pattern)

    if not (isinstance(raw, float) and math.isnan(raw)):  # NaN is never a value, so its bits need not survive
        assert form.to_pattern(raw) == pattern


@pytest.mark.parametrize("digits", ["000a", "f000", "ffff"])
def test_bcd_has_ten_digits(digits: str) -> None:
    """A nibble above nine is no number, and not a large one."""
    form = codec("bcd", 1, "big", "big")

    assert isinstance(form, BcdCodec)
    with pytest.raises(ValueError, match=f"{digits} has a digit above nine"):
        form.read(bytes.fromhex(digits))


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (IntegerCodec("u16", 1), 65536),
        (IntegerCodec("u16", 1), -1),
        (IntegerCodec("i16", 1), 32768),
        (IntegerCodec("u64", 4), 1 << 64),
        (BcdCodec("bcd", 1), 10_000),
        (BcdCodec("bcd", 1), -1),
        (FloatCodec("f32", 2), 1e39),
        (TextCodec("string", 1), "ABC"),
    ],
)
def test_what_does_not_fit_is_refused(form: IntegerCodec | BcdCodec | FloatCodec | TextCodec, value: object) -> None:
    """No value is cut or wrapped."""
    with pytest.raises(ValueError, match=r"fit|there are"):
        form.encode(value)  # type: ignore[arg-type]  # each codec is given a value of its own kind
