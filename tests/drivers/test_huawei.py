"""What the inverters of Huawei demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import blocks_of, told
from rtu_drivers.huawei import SUN2000, SUN2000Meter, SUN2000Storage

EVERY_INVERTER = pytest.mark.parametrize(
    "inverter", [SUN2000, SUN2000Meter, SUN2000Storage], ids=lambda inverter: inverter.name
)


@EVERY_INVERTER
def test_no_read_touches_a_register_that_is_not_defined(inverter: type[Driver]) -> None:
    """It would be refused as a whole."""
    defined = {address for point in inverter.points for address in point.addresses}
    for group in ("normal", "slow", "once"):
        for block in blocks_of(inverter, group, turnaround_s=5.0):
            assert set(range(block.address, block.end)) <= defined


@EVERY_INVERTER
def test_every_measured_number_can_say_that_it_is_none(inverter: type[Driver]) -> None:
    """At night: the largest number of its width."""
    for point in inverter.points:
        if point.unit not in ("1", "min") or "power_factor" in point.name:
            bits = 16 * point.codec.items
            largest = (1 << bits - 1) - 1 if point.codec.type.startswith("i") else (1 << bits) - 1

            assert point.invalid == (largest,), point.name


def test_export_is_negative_and_charge_positive() -> None:
    """The device counts both as positive."""
    assert told(SUN2000Meter.grid_power, 0x0000, 0x03E8) == -1000.0
    assert told(SUN2000Meter.grid_power_l1, 0xFFFF, 0xFC18) == 1000.0
    assert told(SUN2000Storage.battery_power, 0x0000, 0x03E8) == 1000.0


def test_the_voltages_of_the_meter_are_not_those_of_the_inverter() -> None:
    """Both are there, under names of their own."""
    assert SUN2000Meter.voltage_l1_n.span == SUN2000.voltage_l1_n.span
    assert SUN2000Meter.meter_voltage_l1_n.address == 37101


def test_the_inverter_is_slow() -> None:
    """It is given 5 s, as evcc does."""
    assert SUN2000Storage.limits.timeout_s == 5.0
