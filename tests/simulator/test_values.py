"""A simulated device measures what a real one might."""

import pytest

from rtu_agent.driver_api import Driver, bcd, u16
from rtu_agent.plugins import load_drivers
from rtu_agent.simulator.values import sources
from support.simulated import Allrounder

NOW_S = 1_795_000_000.0
DAY_S = 86_400.0
USUAL = {
    "voltage": (225, 235),
    "frequency": (49.9, 50.1),
    "power_factor": (0.8, 1.0),
    "active_power": (50, 3000),
    "temperature": (18, 26),
    "humidity_relative": (35, 60),
}
DAY = [NOW_S + hour * 3600 for hour in range(24)]
POINTS = {point.name: point for point in Allrounder.points}
SOURCES = sources(Allrounder.points, "seed")


@pytest.mark.parametrize(("name", "usual"), USUAL.items())
def test_amounts_are_where_one_expects_them(name: str, usual: tuple[float, float]) -> None:
    """All day long."""
    for time_s in DAY:
        assert usual[0] <= SOURCES[name](time_s) <= usual[1]


@pytest.mark.parametrize("name", ["voltage", "current", "active_power", "temperature", "humidity_relative"])
def test_amounts_move(name: str) -> None:
    """Within minutes, so that one sees it."""
    assert SOURCES[name](NOW_S) != SOURCES[name](NOW_S + 60)


def test_counters_only_grow() -> None:
    """Whatever the point counts."""
    for name in ("energy_import_active", "fan_starts"):
        counts = [SOURCES[name](time_s) for time_s in DAY]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


def test_codes_say_that_all_is_well() -> None:
    """No flag, the first code that has a name, and a name for a device."""
    assert SOURCES["status"](NOW_S) == 0
    assert SOURCES["operating_state"](NOW_S) == 2
    assert SOURCES["device_name"](NOW_S).startswith("SIM")


@pytest.mark.parametrize("name", ["serial_number", "firmware_version", "device_name", "status"])
def test_what_describes_the_device_stays(name: str) -> None:
    """A serial number does not move."""
    assert len({SOURCES[name](time_s) for time_s in DAY}) == 1


def test_contacts_switch() -> None:
    """Both states are seen within an hour."""
    assert {SOURCES["digital_input_1"](NOW_S + minute * 60) for minute in range(60)} == {True, False}


def test_the_same_seed_gives_the_same_values_and_another_seed_others() -> None:
    """A run can be repeated, and two units are not alike."""
    again, other = sources(Allrounder.points, "seed"), sources(Allrounder.points, "another")

    assert all(again[name](NOW_S) == SOURCES[name](NOW_S) for name in POINTS)
    assert other["voltage"](NOW_S) != SOURCES["voltage"](NOW_S)
    assert other["serial_number"](NOW_S) != SOURCES["serial_number"](NOW_S)


class Narrow(Driver, table="input"):
    """Its registers hold less than its quantities may be."""

    name = "acme.narrow"
    kind = "energy_meter"

    energy_import_active = u16(0, "kWh", scale=0.01, counter=True)
    energy_total_active = bcd(1, "kWh", counter=True)
    co2 = u16(2, "ppm", valid=(0, 400))
    active_power = u16(3, "W", scale=0.001)
    oil_level = u16(4, "mm", valid=(1000, 2000), vendor_specific=True)


def test_a_counter_rolls_over_and_anything_else_stops_at_its_end() -> None:
    """What the registers hold is what the device can say."""
    narrow = sources(Narrow.points, "seed")
    for time_s in DAY:
        assert 0 <= narrow["energy_import_active"](time_s) <= 655.35
        assert 0 <= narrow["energy_total_active"](time_s) <= 9999
        assert 0 <= narrow["co2"](time_s) <= 400
        assert 0 <= narrow["active_power"](time_s) <= 65.535
        assert 1000 <= narrow["oil_level"](time_s) <= 2000
    assert narrow["oil_level"](NOW_S) != narrow["oil_level"](NOW_S + 3600)


def test_a_clock_that_was_never_set_gives_values_too() -> None:
    """A board without a battery starts in 1970, before the counters began."""
    for name, point in POINTS.items():
        assert point.encode(SOURCES[name](0.0))
    assert SOURCES["energy_import_active"](0.0) == 0


CATALOGUE = load_drivers()


@pytest.mark.parametrize("driver", CATALOGUE.names())
def test_every_installed_driver_can_be_simulated(driver: str) -> None:
    """Each point's value fits its registers and its valid range, at any hour of a day."""
    found = CATALOGUE.get(driver)
    assert found
    values = sources(found.points, "seed")
    for point in found.points:
        # Of words that lie apart, those between them are not the point's.
        size = point.codec.items * (1 if point.table.of_bits else 2)
        for time_s in DAY:
            assert len(point.encode(values[point.name](time_s))) == size
