"""What a device says about intervals, and what its driver says, become the interval of each group."""

import pytest

from rtu_agent.config.model import DeviceSettings
from rtu_agent.driver_api import Driver, f32


class Meter(Driver, table="input"):
    """A meter with every group."""

    name = "test.meter"
    kind = "energy_meter"

    active_power = f32(0x0000, "W", group="fast")
    voltage = f32(0x0002, "V")
    energy_import_active = f32(0x0004, "kWh", group="slow")
    firmware_version = f32(0x0006, group="once")


class SlowOnly(Driver, table="input"):
    """A device that has nothing to say often."""

    name = "test.slow"
    kind = "energy_meter"

    energy_import_active = f32(0x0000, "kWh", group="slow")


def device(**settings: object) -> DeviceSettings:
    """Return a device with these settings."""
    return DeviceSettings.model_validate({"name": "a", "bus": "b", "unit": 1, "driver": "test.meter", **settings})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"fast": 1.0, "normal": 5.0, "slow": 60.0, "once": 0.0}),
        ({"interval": 2.0}, {"fast": 2.0, "normal": 2.0, "slow": 60.0, "once": 0.0}),
        ({"interval": 600.0}, {"fast": 600.0, "normal": 600.0, "slow": 60.0, "once": 0.0}),
        ({"groups": {"slow": 300.0}}, {"fast": 1.0, "normal": 5.0, "slow": 300.0, "once": 0.0}),
        ({"interval": 2.0, "groups": {"fast": 0.5}}, {"fast": 0.5, "normal": 2.0, "slow": 60.0, "once": 0.0}),
    ],
)
def test_the_interval_sets_fast_and_normal_and_a_group_goes_before_it(
    settings: dict[str, object], expected: dict[str, float]
) -> None:
    """Slow keeps the driver's unless it is named, once always does."""
    assert device(**settings).intervals(Meter) == expected


def test_only_groups_that_the_driver_has_get_an_interval() -> None:
    """The scheduler makes a job of each."""
    assert device(interval=2.0).intervals(SlowOnly) == {"slow": 60.0}
