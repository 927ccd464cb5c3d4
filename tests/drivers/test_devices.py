"""What devices demand of their drivers, beyond the value of each point."""

from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}


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
