"""Devices with made-up register maps, for tests of what a bus carries."""

from typing import Any

from rtu_agent.driver_api import Driver, f32
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(9600)


class Beside(Driver, table="input", max_block=60, gaps_readable=True):
    """The slow energy is beside the fast power, so it rides; the voltage is far from both."""

    name = "test.beside"
    kind = "energy_meter"

    active_power = f32(0, "W", group="fast")
    voltage = f32(500, "V")
    energy_import_active = f32(2, "kWh", group="slow", counter=True)


class Scattered(Driver, table="input", max_block=60, gaps_readable=True):
    """No group is near another one."""

    name = "test.scattered"
    kind = "energy_meter"

    active_power = f32(0, "W", group="fast")
    voltage = f32(500, "V")
    energy_import_active = f32(1000, "kWh", group="slow", counter=True)


class Patient(Scattered, pause_s=0.1):
    """It wants a long silence before it is asked."""

    name = "test.patient"


def plans(driver: type[Driver], **options: Any) -> DevicePlans:
    """Return the plans of a device at 9600 baud."""
    return DevicePlans(driver, LINE, {"site": "s", "bus": "b", "device": "d"}, **options)
