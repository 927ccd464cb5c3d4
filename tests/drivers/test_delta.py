"""What controllers of Delta demand of their driver."""

import pytest

from rtu_agent.plugins import load_drivers
from rtu_agent.testing import blocks_of, told

DTB = load_drivers().entries["delta.dtb"].driver
POINTS = {point.name: point for point in DTB.points}


@pytest.mark.parametrize("code", [0x8002, 0x8003, 0x8004, 0x8006, 0x8007])
def test_an_error_of_the_sensor_is_no_temperature(code: int) -> None:
    """DT4848 manual, page 11. Without this it would be about -3276 °C."""
    assert told(POINTS["process_value"], code) is None


def test_a_temperature_has_one_decimal() -> None:
    """And may be below zero."""
    assert [told(POINTS["process_value"], word) for word in (1000, 0xFF9C)] == [100.0, -10.0]


def test_no_read_is_wider_than_eight_registers() -> None:
    """The controller answers no wider one, and no register between two points is known to be readable."""
    blocks = [block for group in DTB.intervals for block in blocks_of(DTB, group)]

    assert all(block.count <= 8 for block in blocks)
    assert {item for block in blocks for item in range(block.address, block.end)} == {
        item for point in DTB.points for item in range(point.address, point.span.end)
    }


def test_it_is_asked_for_holding_registers_alone() -> None:
    """It knows no function to read coils."""
    assert {str(point.table) for point in DTB.points} == {"holding"}
