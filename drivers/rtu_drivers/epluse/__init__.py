"""Sensors of E+E Elektronik."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.epluse.ee800 import EE800
from rtu_drivers.epluse.ee872 import EE872


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the sensors of this package."""
    return [EE800, EE872]
