"""Battery management systems of Jikong (JK)."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.jk.pb import PB


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the battery management systems of this package."""
    return [PB]
