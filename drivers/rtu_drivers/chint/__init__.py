"""Energy meters of Chint."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.chint.dtsu666 import DTSU666, DTSU666CT, DTSU666Legacy


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [DTSU666, DTSU666CT, DTSU666Legacy]
