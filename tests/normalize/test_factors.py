"""Registers that scale others: exact, from the same poll, and as bad as what they say."""

import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, decimal_places, f32, i16, multiplier, scale_factor, u16, u32
from rtu_agent.normalize.decode import Decoded, Decoder


class Meter(Driver, table="holding"):
    """Scaled in every way."""

    name = "test.scaled"
    kind = "energy_meter"

    _sf = scale_factor(0x0004)
    current_l1 = i16(0x0000, "A", scale=_sf, invalid=[0x8000])
    current_l2 = i16(0x0001, "A", scale=_sf, valid=(0, 100))
    _ct = multiplier(0x0005)
    _vt = multiplier(0x0006, scale=0.1)
    active_power = i16(0x0002, "kW", scale=(0.1, _ct, _vt))
    process_value = i16(0x0003, "kPa", scale=decimal_places(0x0007), offset=-10)
    energy_import_active = u32(0x0008, "Wh", scale=_sf, counter=True)
    frequency = f32(0x000A, "Hz", scale=_sf)


SCALED = ("current_l1_a", "current_l2_a", "energy_import_active_kwh", "frequency_hz")
BLOCK = Span(Table.HOLDING, 0, 12)


def poll(*words: int, frequency: float = 50.0) -> Decoded:
    """Return what ten registers and a frequency say."""
    return Decoder(Meter.signals, [BLOCK])([struct.pack(">10Hf", *words, frequency)])


def test_values_are_scaled_exactly() -> None:
    """By a power of ten, by ratios, by decimal places; the offset comes last."""
    decoded = poll(305, 7, 100, 1234, 0xFFFF, 40, 105, 2, 0, 1000, frequency=500.5)

    assert decoded.values == (30.5, 0.7, 4_200_000.0, 2.34, 0.1, 50.05)
    assert decoded.reasons == {}


def test_a_factor_may_change_from_poll_to_poll() -> None:
    """Value and factor are of one poll, so none is scaled by what was said before."""
    decoder = Decoder([Meter.current_l1], [BLOCK])
    polls = [bytes(struct.pack(">5H14x", raw, 0, 0, 0, power & 0xFFFF)) for raw, power in ((305, -1), (31, 0), (3, 1))]

    assert [decoder([payload]).values for payload in polls] == [(30.5,), (31.0,), (30.0,)]


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        ((1, 1, 1, 1, 0x8000, 1, 1, 0, 0, 1), dict.fromkeys(SCALED, Reason.SENTINEL)),
        ((0x8000, 1, 1, 1, 0, 1, 1, 0, 0, 1), {"current_l1_a": Reason.SENTINEL}),
        ((1, 1, 1, 1, 11, 1, 1, 0, 0, 1), dict.fromkeys(SCALED, Reason.OUT_OF_RANGE)),
        ((1, 1, 1, 1, 0, 0, 1, 0, 0, 1), {"active_power_w": Reason.OUT_OF_RANGE}),
        ((1, 1, 1, 1, 0, 1, 0, 0, 0, 1), {"active_power_w": Reason.OUT_OF_RANGE}),
        ((1, 1, 1, 1, 0, 1, 1, 11, 0, 1), {"process_value_kpa": Reason.OUT_OF_RANGE}),
        ((1, 20, 1, 1, 1, 1, 1, 0, 0, 1), {"current_l2_a": Reason.OUT_OF_RANGE}),
    ],
)  # fmt: skip
def test_a_value_is_as_bad_as_its_factor(words: tuple[int, ...], reasons: dict[str, Reason]) -> None:
    """What cannot be scaled is no value; the valid range is that of the scaled value."""
    assert poll(*words).reasons == reasons


def test_a_float_that_is_scaled_beyond_all_floats_is_no_value() -> None:
    """Nor is NaN."""
    assert poll(1, 1, 1, 1, 0, 1, 1, 0, 0, 1, frequency=math.nan).reasons == {"frequency_hz": Reason.NOT_FINITE}
    huge = Meter.frequency.codec.to_wire(3.0e38)
    double = Decoder([Meter.frequency], [Meter.frequency.span, Meter.frequency.reads[1]])

    assert double([huge, struct.pack(">h", 10)]).values == (3.0000000054977558e48,)


def test_a_value_is_scaled_by_the_factor_of_its_own_block() -> None:
    """Two blocks hold the factor; each value has travelled with one of them."""
    near, far = Span(Table.HOLDING, 0, 5), Span(Table.HOLDING, 4, 6)
    decoder = Decoder([Meter.current_l1, Meter.energy_import_active], [near, far])

    decoded = decoder([struct.pack(">4Hh", 305, 0, 0, 0, -1), struct.pack(">h3HI", 3, 0, 0, 0, 5)])

    assert decoded.values == (30.5, 5.0)


def test_a_factor_that_was_not_read_leaves_no_value() -> None:
    """It is never taken from an earlier poll, nor as 1."""
    decoder = Decoder([Meter.current_l1], [Meter.current_l1.span, Meter.current_l1.reads[1]])

    assert decoder([b"\0\1", None]).reasons == {"current_l1_a": Reason.NOT_READ}


def test_a_plan_without_the_factor_is_a_mistake() -> None:
    """It is found when the plan is compiled."""
    with pytest.raises(ValueError, match=r"_sf at holding 0x0004\+1 is in none of the blocks"):
        Decoder([Meter.current_l1], [Span(Table.HOLDING, 0, 2)])


def test_what_must_travel_together_is_known() -> None:
    """Each value with its factors."""
    spans = {str(span) for tie in Meter.ties for span in tie}

    assert ("holding 0x0000+1", "holding 0x0004+1") in [tuple(map(str, tie)) for tie in Meter.ties]
    assert ("holding 0x0002+1", "holding 0x0005+1", "holding 0x0006+1") in [tuple(map(str, tie)) for tie in Meter.ties]
    assert len(Meter.ties) == 6
    assert "holding 0x0007+1" in spans


@settings(deadline=None)
@given(st.integers(-0x8000, 0x7FFF), st.integers(-10, 10))
def test_the_nearest_float_to_the_decimal(raw: int, power: int) -> None:
    """Whatever the power: no rounding on the way."""
    point = Meter.current_l1
    decoded = Decoder([point], [*point.reads])([struct.pack(">h", raw), struct.pack(">h", power)])

    assert decoded.values == ((None,) if raw == -0x8000 else (float(raw * Fraction(10) ** power),))


def test_scaling_is_undone_for_a_simulator() -> None:
    """With the factor known, a point is one like any other."""
    known = Meter.current_l1.scaled_by(Fraction(1, 10))

    assert known.encode(30.5) == b"\x01\x31"
    assert known.factors == ()


def test_a_share_of_words_is_no_amount_of_reads() -> None:
    """A factor that many points share is one register."""
    assert [point.name for point in Meter.registers if point.is_hidden] == [
        "_sf",
        "_ct",
        "_vt",
        "_process_value_factor",
    ]


class Inline(Driver, table="holding"):
    """A factor that is written where it is used needs no name."""

    name = "test.inline"
    kind = "environment"

    temperature = i16(0x0000, "°C", scale=decimal_places(0x0001))
    setpoint = u16(0x0002, "°C", scale=[0.5, decimal_places(0x0001)])


def test_a_factor_may_stand_where_it_is_used() -> None:
    """Two that are one register do not contradict each other."""
    decoded = Decoder(Inline.signals, [Span(Table.HOLDING, 0, 3)])([struct.pack(">3H", 215, 1, 100)])

    assert decoded.values == (21.5, 5.0)
