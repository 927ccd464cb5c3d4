"""What the hybrid inverters of Deye demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import told
from rtu_drivers.deye import SG01HP3, SG04LP3, SG0xLP1

EVERY_INVERTER = pytest.mark.parametrize("inverter", [SG0xLP1, SG04LP3, SG01HP3], ids=lambda inverter: inverter.name)


def test_the_frequency_stands_within_the_import_counter() -> None:
    """0.1 kWh times register 78, and 6553.6 kWh times register 80 (evcc, deye-storage.yaml)."""
    assert SG0xLP1.energy_import_active.addresses == (78, 80)
    assert told(SG0xLP1.energy_import_active, 4660, 5000, 1) == 7019.6
    assert SG0xLP1.frequency.address == 79


@EVERY_INVERTER
def test_temperatures_begin_at_a_hundred_below_zero(inverter: type[Driver]) -> None:
    """1250 is 25 °C, and nothing is below zero on the wire."""
    temperatures = [point for point in inverter.points if "temperature" in point.name]

    assert len(temperatures) >= 3
    assert {told(point, 1250) for point in temperatures} == {25.0}
    assert {told(point, 0) for point in temperatures} == {-100.0}


@EVERY_INVERTER
def test_a_battery_that_is_charged_takes_power(inverter: type[Driver]) -> None:
    """The device counts discharge as positive: 0xFF38 is -200."""
    points = {point.name: point for point in inverter.points}

    assert told(points["battery_current"], 0xFF38) == 2.0
    assert told(points["battery_power"], 0xFF38) == (2000.0 if inverter is SG01HP3 else 200.0)


def test_the_class_of_the_battery_decides_the_scale() -> None:
    """0.01 V and 1 W with low voltage, 0.1 V and 10 W with high voltage, at the same addresses."""
    low, high = ({point.name: point for point in driver.points} for driver in (SG04LP3, SG01HP3))
    other = {name for name, point in high.items() if point != low[name]}

    assert other == {"battery_voltage", "battery_power", *(f"pv{string}_power" for string in range(1, 5))}
    assert {high[name].span for name in other} == {low[name].span for name in other}
    assert (told(SG04LP3.battery_voltage, 5210), told(SG01HP3.battery_voltage, 5210)) == (52.1, 521.0)
    assert (told(SG04LP3.pv1_power, 321), told(SG01HP3.pv1_power, 321)) == (321.0, 3210.0)
