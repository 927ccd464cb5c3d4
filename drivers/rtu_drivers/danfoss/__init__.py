"""Drives of Danfoss."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.danfoss.fc51 import FC51


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the drives of this package."""
    return [FC51]
