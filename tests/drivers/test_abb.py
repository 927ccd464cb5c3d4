"""What meters of ABB demand of their drivers, beyond the value of each point."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import told
from rtu_drivers.abb import B21, B23, B21Steel, B23Steel


@pytest.mark.parametrize("meter", [B21, B21Steel, B23, B23Steel], ids=lambda meter: meter.name)
def test_every_number_can_say_that_it_was_not_measured(meter: type[Driver]) -> None:
    """All ones without a sign, the largest number with one, in the width of the point."""
    for point in meter.points:
        if point.group != "once":
            bits = 16 * point.codec.items
            largest = (1 << bits - 1) - 1 if point.codec.type.startswith("i") else (1 << bits) - 1

            assert point.invalid == (largest,), point.name


def test_a_meter_of_one_phase_names_its_voltage_without_a_phase() -> None:
    """It has one, at the address of the first phase of the others."""
    assert (B21.voltage.span, B21.current.span) == (B23.voltage_l1_n.span, B23.current_l1.span)
    assert not [point.name for point in B21.points if "_l1" in point.name]
    assert not {"voltage", "current"} & {point.name for point in B23.points}


@pytest.mark.parametrize(("steel", "full"), [(B21Steel, B21), (B23Steel, B23)])
def test_steel_is_not_asked_for_what_it_sells(steel: type[Driver], full: type[Driver]) -> None:
    """It would say of each export, and of the balance, that it was not measured."""
    missing = {point.name for point in full.points} - {point.name for point in steel.points}

    assert missing == {point.name for point in full.points if "_export_" in point.name or "_net_" in point.name}


def test_the_designation_says_the_model() -> None:
    """Victron's dbus-modbus-client tells a B23 by its first two registers; the rest is filled with spaces."""
    assert told(B23.model_id, 0x4232, 0x3320, 0x3131, 0x322D, 0x3130, 0x3020) == "B23 112-100"
    assert told(B23.model_id, 16946, 13088, 0x2020, 0x2020, 0x2020, 0x2020) == "B23"
