"""Scale, offset and unit are exact: the stored float is the one nearest to the decimal that the device meant."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.units import unit
from rtu_agent.driver_api.linear import Linear, linear


def scaled(scale: float, offset: float = 0, source: str = "1", target: str = "1") -> Linear:
    """Return the function of a point."""
    return linear(scale, offset, unit(source), unit(target))


@pytest.mark.parametrize(
    ("raw", "scale", "value"),
    [(305, 0.1, 30.5), (3, 0.1, 0.3), (1234567, 0.001, 1234.567), (-205, 0.1, -20.5), (7, 1, 7.0), (110, 0.01, 1.1)],
)
def test_decimals_stay_decimals(raw: int, scale: float, value: float) -> None:
    """0.1 * 3 is 0.30000000000000004, and that is what a database would show."""
    assert scaled(scale)(raw) == value


@settings(deadline=None)
@given(
    st.integers(-(1 << 63), 1 << 64),
    st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e6", max_value="1e6", places=6).filter(bool),
    st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e6", max_value="1e6", places=6),
)
def test_the_value_is_the_float_nearest_to_the_decimal(raw: int, scale: Decimal, offset: Decimal) -> None:
    """For every raw number and every scale and offset that can be written down."""
    exact = raw * Fraction(scale) + Fraction(offset)

    assert scaled(float(scale), float(offset))(raw) == float(exact)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_floats_without_a_scale_are_kept(raw: float) -> None:
    """Nothing is done to a float that needs nothing."""
    line = scaled(1)

    assert line.is_identity
    assert line(raw) == raw


@pytest.mark.parametrize(
    ("line", "raw", "value"),
    [
        (scaled(0.1, -100, "Cel", "Cel"), 1234, 23.4),
        (scaled(0.1, 0, "°F", "°C"), 700, Fraction(190, 9)),
        (scaled(0.1, -40, "°F", "°C"), 0, -40),
        (scaled(0.001, 0, "kW", "W"), 1234, 1234),
        (scaled(0.1, 0, "mA", "A"), 123, 0.0123),
        (scaled(1, 0, "min", "s"), 90, 5400),
        (scaled(-1, 0, "W", "W"), 5, -5),
    ],
)
def test_offset_and_unit_are_part_of_one_step(line: Linear, raw: int, value: float | Fraction) -> None:
    """The offset is in the author's unit; the conversion comes after it."""
    assert line(raw) == float(value)


@settings(deadline=None)
@given(
    st.integers(-(1 << 31), 1 << 31),
    st.decimals(min_value="0.0001", max_value="1000", places=4),
    st.decimals(min_value="-1000", max_value="1000", places=4),
)
def test_the_inverse_finds_the_number_again(raw: int, scale: Decimal, offset: Decimal) -> None:
    """The nearest whole number to the inverse of a value is the number it came from."""
    line = scaled(float(scale), float(offset))

    assert round(line.inverse(line(raw))) == raw


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_means_infinity(value: float) -> None:
    """There is nothing to send for it."""
    with pytest.raises(ValueError, match="stands for no number"):
        scaled(0.1).inverse(value)


def test_a_value_beyond_all_floats_is_an_error() -> None:
    """It does not silently become infinite."""
    with pytest.raises(OverflowError):
        scaled(1000)(1e308)


def test_units_of_different_things_make_no_function() -> None:
    """A point that slipped through the checks still stores nothing wrong."""
    with pytest.raises(ValueError, match="cannot be converted"):
        scaled(1, 0, "A", "V")
