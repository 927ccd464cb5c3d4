"""What controllers of Autonics demand of their drivers."""

from struct import pack

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Point
from rtu_agent.normalize.decode import Decoded, Decoder
from rtu_agent.testing import blocks_of
from rtu_drivers.autonics import TK4, TK4Fahrenheit

CELSIUS, FAHRENHEIT = 0, 1


def displayed(point: Point, number: int, *, decimals: int, unit: int) -> Decoded:
    """Return what a point makes of `number`, from a controller that is set like this."""
    spans = [point.span, Span(Table.INPUT, 0x03E9, 1), Span(Table.HOLDING, 151, 1)]
    return Decoder([point], spans)([pack(">h", number), pack(">H", decimals), pack(">H", unit)])


@pytest.mark.parametrize(
    ("number", "decimals", "value"), [(253, 1, 25.3), (253, 0, 253.0), (-10, 1, -1.0)], ids=["tenths", "whole", "frost"]
)
def test_the_controller_says_where_its_decimal_point_is(number: int, decimals: int, value: float) -> None:
    """Of what it measures and of what it is set to."""
    for point in (TK4.process_value, TK4.setpoint):
        assert displayed(point, number, decimals=decimals, unit=CELSIUS).values == (value,)


@pytest.mark.parametrize(("driver", "unit"), [(TK4, FAHRENHEIT), (TK4Fahrenheit, CELSIUS)])
def test_a_controller_set_to_the_other_unit_has_no_value(driver: type[Driver], unit: int) -> None:
    """The number on the bus is that of the display; 212 °F must not be stored as 212 °C, nor the other way round."""
    for point in driver.points:
        if point.name in ("process_value", "setpoint"):
            decoded = displayed(point, 212, decimals=0, unit=unit)

            assert decoded.values == (None,)
            assert set(decoded.reasons.values()) == {Reason.OUT_OF_RANGE}


def test_fahrenheit_stays_fahrenheit() -> None:
    """A controller keeps the unit of its driver, and the column says which."""
    assert displayed(TK4Fahrenheit.process_value, 2120, decimals=1, unit=FAHRENHEIT).values == (212.0,)
    assert TK4Fahrenheit.process_value.field.name == "process_value_f"
    assert TK4.process_value.field.name == "process_value_c"


def test_both_ask_for_the_same_registers() -> None:
    """They differ in the unit alone; between two requests the controller needs 20 ms."""
    assert {point.span for point in TK4.registers} == {point.span for point in TK4Fahrenheit.registers}
    assert TK4.limits == TK4Fahrenheit.limits
    assert TK4.limits.pause_s == 0.02


def test_value_and_decimals_are_of_one_request() -> None:
    """They stand side by side in the input registers."""
    assert "input 0x03E8+2" in [str(block) for block in blocks_of(TK4, "normal")]
