"""Devices of any vendor that describe themselves as SunSpec says."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.sunspec.inverter import Inverter
from rtu_drivers.sunspec.meter import Meter


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the drivers of this package."""
    return [Inverter, Meter]
