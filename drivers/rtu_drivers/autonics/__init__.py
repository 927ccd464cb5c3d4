"""Temperature controllers of Autonics."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.autonics.tk4 import TK4, TK4Fahrenheit


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the controllers of this package."""
    return [TK4, TK4Fahrenheit]
