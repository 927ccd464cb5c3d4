"""Nothing leaves the house that its field cannot hold or that could break a line."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, FieldKind, Record, Value
from rtu_agent.output.outgoing import LONGEST_TEXT, clean, fit, outgoing
from support import hostile
from support.records import NOON_MS, series

ANY_VALUE = st.none() | st.floats() | st.integers() | st.booleans() | st.text(alphabet=st.characters())


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (230.1, "float", 230.1),
        (230, "float", 230.0),
        (math.nan, "float", None),
        (-math.inf, "float", None),
        (10**400, "float", None),
        ("230", "float", None),
        (3, "int", 3),
        (-(2**63), "int", -(2**63)),
        (2**63, "int", None),
        (3.0, "int", None),
        (True, "bool", True),
        (1, "bool", None),
        ("SN-1", "string", "SN-1"),
        (7, "string", None),
        (None, "float", None),
    ],
)
def test_a_value_fits_its_field_or_is_left_out(value: Value | None, kind: FieldKind, expected: Value | None) -> None:
    """The type of a field never flips, whatever a driver hands over."""
    assert fit(value, kind) == expected
    assert type(fit(value, kind)) is type(expected)


@given(ANY_VALUE, st.sampled_from(["float", "int", "bool", "string"]))
def test_whatever_fits_is_finite_narrow_and_of_the_kind(value: Value | None, kind: FieldKind) -> None:
    """No value makes `fit` raise; what it lets through can be written by every output."""
    fitting = fit(value, kind)
    match fitting:
        case bool():
            assert kind == "bool"
        case float():
            assert kind == "float"
            assert math.isfinite(fitting)
        case int():
            assert kind == "int"
            assert -(2**63) <= fitting < 2**63
        case str():
            assert kind == "string"


@given(hostile.ANY)
def test_clean_text_is_printable_short_and_encodable(text: str) -> None:
    """Control characters, separators, what turns or hides text and lone surrogates do not pass."""
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= LONGEST_TEXT
    assert cleaned.encode().decode() == cleaned


def test_long_text_is_cut() -> None:
    """A string of 64 KB from a device does not travel."""
    assert clean("x" * 65536) == "x" * LONGEST_TEXT


def test_a_record_that_loses_a_value_says_so() -> None:
    """A value left out at the door lowers the record's quality; one that was never there has done so already."""
    of = series(fields=(Field("a"), Field("b")))
    assert outgoing(Record(of, NOON_MS, (math.nan, 1.0))) == ([None, 1.0], RecordQuality.PARTIAL)
    assert outgoing(Record(of, NOON_MS, (None, 1.0))) == ([None, 1.0], RecordQuality.GOOD)
    assert outgoing(Record(of, NOON_MS, (math.nan, 1.0), RecordQuality.STALE))[1] is RecordQuality.STALE
