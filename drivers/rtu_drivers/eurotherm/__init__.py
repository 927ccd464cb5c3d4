"""Temperature controllers of Eurotherm."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.eurotherm.series_3200 import Series3200


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the controllers of this package."""
    return [Series3200]
