"""Energy meters of Schneider Electric."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.schneider.iem3000 import IEM3x50, IEM3x55
from rtu_drivers.schneider.pm5000 import PM2000, PM5000


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [IEM3x50, IEM3x55, PM2000, PM5000]
