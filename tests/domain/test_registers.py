"""Where words stand: zero-based addresses, spans, and the numbers that manuals use instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span, Table, ref


@pytest.mark.parametrize(
    ("number", "address"),
    [(40001, 0), (30001, 0), (10001, 0), (49999, 9998), (400001, 0), (300258, 257), (465536, 65535), (101000, 999)],
)
def test_a_reference_number_counts_from_one(number: int, address: int) -> None:
    """The off-by-one trap is in one place, in sight of whoever reads the driver."""
    assert ref(number) == address


@pytest.mark.parametrize("number", [0, 1, -40001, 4001, 40000, 30000, 20001, 50001, 400000, 90001, 4000001, 999999])
def test_what_is_no_reference_number_is_refused(number: int) -> None:
    """An address that is converted by mistake is found, unless it looks like a reference number."""
    with pytest.raises(ValueError, match=f"{number} is not a reference number"):
        ref(number)


@settings(deadline=None)
@given(st.sampled_from((1, 3, 4)), st.integers(1, HIGHEST_ADDRESS + 1))
def test_six_digits_reach_every_address(table: int, item: int) -> None:
    """Five digits end at 9999 items, six do not."""
    assert ref(table * 100_000 + item) == item - 1


def test_a_span_ends_behind_its_last_item() -> None:
    """Neighbours touch and do not overlap."""
    assert Span(Table.INPUT, 0x48, 2).end == 0x4A


def test_a_span_reads_as_people_write_addresses() -> None:
    """Addresses are printed in hexadecimal."""
    assert str(Span(Table.HOLDING, 0xFC00, 2)) == "holding 0xFC00+2"


def test_spans_are_sorted_by_table_and_address() -> None:
    """A planner goes through them in this order."""
    spans = [Span(Table.INPUT, 1, 9), Span(Table.HOLDING, 5, 1), Span(Table.INPUT, 0, 2), Span(Table.COIL, 7, 1)]

    assert [str(span) for span in sorted(spans)] == [
        "coil 0x0007+1",
        "holding 0x0005+1",
        "input 0x0000+2",
        "input 0x0001+9",
    ]


def test_tables_of_bits_are_coils_and_discrete_inputs() -> None:
    """Their payload is packed, that of the others is not."""
    assert [table for table in Table if table.of_bits] == [Table.COIL, Table.DISCRETE_INPUT]
