"""What meters of Eastron demand of their drivers, beyond the value of each point."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_drivers.eastron import SDM72, SDM72V2, SDM120, SDM120CT, SDM630

EVERY_METER = pytest.mark.parametrize("meter", [SDM72, SDM72V2, SDM120, SDM120CT, SDM630], ids=lambda meter: meter.name)


@EVERY_METER
def test_measurements_are_read_by_twos_from_even_addresses(meter: type[Driver]) -> None:
    """It refuses any other read of them; whatever is read between two even pairs is even again."""
    measurements = [point for point in meter.points if point.table == "input"]

    assert measurements
    assert all(point.codec.type == "f32" and point.address % 2 == 0 for point in measurements)
    assert meter.limits.max_block % 2 == 0


@EVERY_METER
def test_identity_is_kept_apart_from_measurements(meter: type[Driver]) -> None:
    """Early meters refuse the holding registers; that must not cost a measurement."""
    assert {point.group for point in meter.points if point.table == "holding"} == {"once"}


def test_the_phase_angle_is_left_to_the_meter_that_has_one() -> None:
    """The others read 0 there, which is a plausible and wrong angle."""
    assert {point.name for point in SDM120CT.points} - {point.name for point in SDM120.points} == {"phase_angle"}


def test_the_first_sdm72_is_given_time_and_asked_for_no_voltage() -> None:
    """It restarts when it is asked again at once, and reads 0 where the second has its voltages."""
    voltages = {point.name for point in SDM72V2.points if point.name.startswith("voltage")}

    assert (SDM72.limits.pause_s, SDM72V2.limits.pause_s) == (0.5, 0.1)
    assert len(voltages) == 7
    assert not voltages & {point.name for point in SDM72.points}
