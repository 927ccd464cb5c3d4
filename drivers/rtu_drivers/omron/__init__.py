"""Temperature controllers of Omron."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.omron.e5cc import E5CC, E5CCTenths


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the controllers of this package."""
    return [E5CC, E5CCTenths]
