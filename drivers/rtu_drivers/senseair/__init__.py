"""Gas sensors of Senseair."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.senseair.s8 import S8


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the sensors of this package."""
    return [S8]
