"""Network analysers of Janitza."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.janitza.umg96rm import UMG96RM


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the analysers of this package."""
    return [UMG96RM]
