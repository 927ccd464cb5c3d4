"""Energy meters of Socomec."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.socomec.countis import CountisE23, CountisE33, DirisA10


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [CountisE23, CountisE33, DirisA10]
