"""Energy meters of Finder."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.finder.seven_m import Finder7M24, Finder7M38


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [Finder7M24, Finder7M38]
