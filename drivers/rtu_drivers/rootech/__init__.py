"""Power meters of Rootech."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.rootech.accura_2300 import Accura2300


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [Accura2300]
