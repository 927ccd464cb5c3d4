"""What controllers of Hanyoung demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import told
from rtu_drivers.hanyoung import HX, VX, HXTenths, VXTenths

DISPLAYED = ("process_value", "setpoint_working", "setpoint", "first_setpoint")


def test_a_d_register_is_an_address() -> None:
    """The VX map sends SV-1, D-register 103, as 0x0067; nothing is subtracted."""
    assert VX.first_setpoint.address == 0x0067
    assert [VX.process_value.address, VX.setpoint_working.address] == [1, 2]


@pytest.mark.parametrize(("whole", "tenths"), [(HX, HXTenths), (VX, VXTenths)])
def test_what_the_display_shows_has_its_decimals(whole: type[Driver], tenths: type[Driver]) -> None:
    """The bus does not tell the decimal point; outputs and heater current have one decimal in any case."""
    for one, other in zip(whole.points, tenths.points, strict=True):
        assert (one.name, one.span) == (other.name, other.span)
        assert (other.scale == 0.1) is (one.name in DISPLAYED or one.unit in ("%", "A"))
        assert one.scale == (1 if one.name in DISPLAYED else other.scale)


def test_a_temperature_may_be_below_zero() -> None:
    """Two's complement, as it is displayed."""
    assert told(HX.process_value, 0xFFFB) == -5.0
    assert told(HXTenths.process_value, 0xFFFB) == -0.5


def test_only_the_vx_has_a_first_set_value() -> None:
    """No source has it for the HX."""
    assert {point.name for point in VX.points} - {point.name for point in HX.points} == {"first_setpoint"}


@pytest.mark.parametrize("controller", [HX, HXTenths, VX, VXTenths], ids=lambda controller: controller.name)
def test_no_read_is_wider_than_the_controller_answers(controller: type[Driver]) -> None:
    """31 words, and no register between two points is known to be readable."""
    assert (controller.limits.max_block, controller.limits.gaps_readable) == (31, False)
