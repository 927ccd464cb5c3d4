"""A value that is stale, crossed or torn says so itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.registers import Span, Table
from rtu_agent.simulator.image import Refused
from rtu_agent.simulator.truth import Truth, TruthImage


def value(words: list[int]) -> int:
    """Return the 64 bits of four words."""
    return int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")


@given(
    st.integers(1, 255), st.sampled_from((Table.HOLDING, Table.INPUT)), st.integers(0, 0x3FFF), st.integers(0, 1 << 20)
)
def test_a_value_says_whose_it_is(unit: int, table: Table, place: int, tick: int) -> None:
    """Unit, table, address and tick come back."""
    truth = Truth(unit, table, 4 * place, tick)

    assert Truth.told_by(int(truth)) == truth


def test_two_reads_differ_in_their_tick_only() -> None:
    """No two replies are alike, so none passes for another."""
    image = TruthImage(7)
    span = Span(Table.INPUT, 8, 8)

    told = [image.read(span, 0.0) for _ in range(3)]

    assert [Truth.told_by(value(words[:4])) for words in told] == [Truth(7, Table.INPUT, 8, tick) for tick in range(3)]
    assert [Truth.told_by(value(words[4:])) for words in told] == [Truth(7, Table.INPUT, 12, tick) for tick in range(3)]


def test_a_value_of_two_replies_is_torn() -> None:
    """Its halves have different ticks, and the checksum tells."""
    image = TruthImage(1)
    first, second = (image.read(Span(Table.HOLDING, 0, 4), 0.0) for _ in range(2))

    with pytest.raises(ValueError, match="is no value of one reply"):
        Truth.told_by(value(first[:3] + second[3:]))


def test_any_part_can_be_read() -> None:
    """Single registers, and bits, are parts of the same values."""
    words = TruthImage(3).read(Span(Table.HOLDING, 0, 12), 0.0)
    bits = TruthImage(3).read(Span(Table.COIL, 64, 64), 0.0)

    assert TruthImage(3).read(Span(Table.HOLDING, 3, 6), 0.0) == words[3:9]
    assert Truth.told_by(int("".join(map(str, bits)), 2)) == Truth(3, Table.COIL, 64, 0)
    assert TruthImage(3).read(Span(Table.COIL, 70, 9), 0.0) == [*bits[6:15]]


def test_the_address_space_has_an_end() -> None:
    """Behind the last address there is nothing to read."""
    assert len(TruthImage(1).read(Span(Table.INPUT, 0xFFFF, 1), 0.0)) == 1
    with pytest.raises(Refused):
        TruthImage(1).read(Span(Table.INPUT, 0xFFFF, 2), 0.0)
