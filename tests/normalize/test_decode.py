"""Whole polls: blocks in, values in the order of the points out, with one quality and a reason for what is missing."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, bit, bits, enum, f32, i16, string, u32
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.decode import Decoder
from support.points import points, raws


class Meter(Driver, table="input"):
    """Two blocks of input registers, one of holding registers, one of coils."""

    name = "test.meter"
    kind = "energy_meter"

    voltage = f32(0x00, "V")
    temperature = i16(0x03, "°C", scale=0.1, invalid=[0x7FFF])
    energy_import_active = u32(0x04, "kWh", scale=0.01, word_order="little")
    status = bits(0x06)
    operating_state = enum(0x06)
    current = f32(0x20, "A")
    device_name = string(0x10, 3, table="holding")
    digital_output_1 = bit(0x05, table="coil")
    digital_output_2 = bit(0x0F, table="coil")


BLOCKS = [
    Span(Table.INPUT, 0x00, 7),
    Span(Table.INPUT, 0x20, 2),
    Span(Table.HOLDING, 0x10, 3),
    Span(Table.COIL, 0x05, 11),
]
PAYLOADS = [
    bytes.fromhex("43663334 dead ff33 03e90000 0007"),
    bytes.fromhex("40490fdb"),
    b"SDM1\0\0",
    bytes([0b00000001, 0b00000100]),
]
VALUES = (230.20001220703125, -20.5, 10.01, 7, 7, 3.1415927410125732, "SDM1", True, True)


def test_a_poll_is_decoded_in_the_order_of_the_points() -> None:
    """Whatever the order of the blocks: gaps are skipped, one register may be two codes, bits are unpacked."""
    decoded = Decoder(Meter.points, BLOCKS)(PAYLOADS)

    assert decoded.values == VALUES
    assert [type(value) for value in decoded.values] == [type(value) for value in VALUES]
    assert decoded.quality is RecordQuality.GOOD
    assert decoded.reasons == {}


def test_the_columns_are_those_of_the_points() -> None:
    """A record's fields are made once, by the decoder."""
    assert [field.name for field in Decoder(Meter.points, BLOCKS).fields] == [
        *("voltage_v", "temperature_c", "energy_import_active_kwh", "status", "operating_state", "current_a"),
        *("device_name", "digital_output_1", "digital_output_2"),
    ]


def test_a_block_that_was_not_read_leaves_its_points_out() -> None:
    """They are missing with a reason, the others are good."""
    decoded = Decoder(Meter.points, BLOCKS)([PAYLOADS[0], None, PAYLOADS[2], None])

    assert decoded.values == (*VALUES[:5], None, "SDM1", None, None)
    assert decoded.quality is RecordQuality.PARTIAL
    assert decoded.reasons == dict.fromkeys(("current_a", "digital_output_1", "digital_output_2"), Reason.NOT_READ)


def test_no_block_at_all_is_no_answer() -> None:
    """A failed poll has a record too."""
    decoded = Decoder(Meter.points, BLOCKS)([None] * 4)

    assert decoded.values == (None,) * len(Meter.points)
    assert decoded.quality is RecordQuality.NO_ANSWER
    assert set(decoded.reasons.values()) == {Reason.NOT_READ}


def test_an_answer_without_a_single_good_value_is_an_answer() -> None:
    """Bad values are not silence."""
    decoded = Decoder([Meter.temperature], [Span(Table.INPUT, 3, 1)])([b"\x7f\xff"])

    assert decoded.values == (None,)
    assert decoded.quality is RecordQuality.PARTIAL
    assert decoded.reasons == {"temperature_c": Reason.SENTINEL}


def test_a_point_outside_of_all_blocks_is_a_mistake_of_the_plan() -> None:
    """It is found when the plan is compiled, not at the first poll."""
    with pytest.raises(ValueError, match=r"current at input 0x0020\+2 is in none of the blocks input 0x0000\+7"):
        Decoder(Meter.points, BLOCKS[:1])


@pytest.mark.parametrize("span", [Span(Table.INPUT, 0x21, 1), Span(Table.HOLDING, 0x20, 2), Span(Table.INPUT, 0x1F, 2)])
def test_half_a_value_is_no_value(span: Span) -> None:
    """A block must hold all words of a value, and from the right table."""
    with pytest.raises(ValueError, match="in none of the blocks"):
        Decoder([Meter.current], [span])


@pytest.mark.parametrize(
    ("number", "payload"), [(0, b""), (0, bytes(13)), (0, bytes(15)), (3, bytes(1)), (3, bytes(3))]
)
def test_a_payload_of_another_size_is_never_decoded(number: int, payload: bytes) -> None:
    """The Master lets none through; if one came, its words would stand at wrong addresses."""
    decoder = Decoder(Meter.points, BLOCKS)

    with pytest.raises(ValueError, match=r"bytes, not"):
        decoder([payload if index == number else good for index, good in enumerate(PAYLOADS)])


def test_a_block_may_hold_nothing_that_is_wanted() -> None:
    """A plan may read more than one group needs."""
    decoder = Decoder([Meter.voltage], [Span(Table.INPUT, 0x40, 2), Span(Table.INPUT, 0, 2), Span(Table.COIL, 0, 1)])

    assert decoder([b"abcd", PAYLOADS[0][:4], b"\1"]).values == VALUES[:1]


@settings(deadline=None)
@given(st.data(), st.lists(points(), min_size=1, max_size=12), st.randoms())
def test_where_a_value_lies_does_not_change_it(data: st.DataObject, drawn: list[Point], shuffle: random.Random) -> None:
    """Among others, in any order and with gaps between them, each decodes to what it is alone."""
    memory = {Table.INPUT: b"", Table.COIL: b""}
    placed: list[tuple[Point, Value | None]] = []
    for number, point in enumerate(drawn):
        item = point.codec.encode(data.draw(raws(point.codec)))
        gap = bytes(data.draw(st.integers(0, 2)) * (1 if point.table.of_bits else 2))
        memory[point.table] += gap
        address = len(memory[point.table]) // (1 if point.table.of_bits else 2)
        memory[point.table] += item
        alone = Decoder([point], [point.span])([item]).values[0]
        placed.append((replace(point, name=f"made_up_{number}x", address=address), alone))
    shuffle.shuffle(placed)
    blocks = [Span(Table.INPUT, 0, len(memory[Table.INPUT]) // 2), Span(Table.COIL, 0, len(memory[Table.COIL]))]

    decoded = Decoder([point for point, _ in placed], blocks)([memory[Table.INPUT], _packed(memory[Table.COIL])])

    assert decoded.values == tuple(alone for _, alone in placed)
    assert decoded.quality is (RecordQuality.PARTIAL if None in decoded.values else RecordQuality.GOOD)


def _packed(coils: bytes) -> bytes:
    """Pack coils, one a byte, as they are on the wire: the first is the lowest bit of the first byte."""
    bits = sum(coil << place for place, coil in enumerate(coils))
    return bits.to_bytes((len(coils) + 7) // 8, "little")
