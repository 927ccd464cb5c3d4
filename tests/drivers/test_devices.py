"""What devices demand of their drivers, beyond the value of each point."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}
EASTRON = [DRIVERS[f"eastron.{model}"] for model in ("sdm120", "sdm120ct", "sdm630")]


@pytest.mark.parametrize("meter", EASTRON, ids=lambda meter: meter.name)
def test_eastron_is_read_by_twos_from_even_addresses(meter: type[Driver]) -> None:
    """It refuses any other read of its measurements; whatever is read between two even pairs is even again."""
    measurements = [point for point in meter.points if point.table == "input"]

    assert measurements
    assert all(point.codec.type == "f32" and point.address % 2 == 0 for point in measurements)
    assert meter.limits.max_block % 2 == 0


@pytest.mark.parametrize("meter", EASTRON, ids=lambda meter: meter.name)
def test_eastron_keeps_identity_apart_from_measurements(meter: type[Driver]) -> None:
    """Early meters refuse the holding registers; that must not cost a measurement."""
    assert {point.group for point in meter.points if point.table == "holding"} == {"once"}


def test_the_phase_angle_is_left_to_the_meter_that_has_one() -> None:
    """The others read 0 there, which is a plausible and wrong angle."""
    plain, with_transformer = DRIVERS["eastron.sdm120"], DRIVERS["eastron.sdm120ct"]

    assert {point.name for point in with_transformer.points} - {point.name for point in plain.points} == {"phase_angle"}


def test_the_s8_is_asked_for_no_reserved_register() -> None:
    """It refuses a read that touches one, so nothing between two points may be read along."""
    s8 = DRIVERS["senseair.s8"]
    asked = {item for point in s8.points if point.table == "input" for item in range(point.address, point.span.end)}

    assert asked == {0, 1, 2, 3, 21, *range(25, 31)}
    assert (s8.limits.gaps_readable, s8.limits.max_block) == (False, 6)


def test_the_s8_tells_its_status_with_its_value() -> None:
    """CO2 and the status that says whether to believe it come in one read of four registers."""
    points = {point.name: point for point in DRIVERS["senseair.s8"].points}

    assert (points["status"].address, points["co2"].address) == (0, 3)
    assert points["status"].group == points["co2"].group


def test_the_s8_is_not_asked_faster_than_it_measures() -> None:
    """A site that asks for less gets what the driver says as its default."""
    s8 = DRIVERS["senseair.s8"]

    assert s8.limits.min_interval_s == 2.0
    assert all(seconds == 0 or seconds >= 2.0 for seconds in s8.intervals.values())


def test_the_full_scale_of_the_s8_output_is_hundred_percent() -> None:
    """0x3FFF is all of it, exactly."""
    output = next(point for point in DRIVERS["senseair.s8"].points if point.name == "output_percent")

    assert output.linear(0x3FFF) == 100.0


def test_the_xy_md02_is_signed_where_it_can_freeze() -> None:
    """Temperature falls below zero, humidity does not."""
    assert {point.name: point.codec.type for point in DRIVERS["generic.xy_md02"].points} == {
        "temperature": "i16",
        "humidity_relative": "u16",
    }
