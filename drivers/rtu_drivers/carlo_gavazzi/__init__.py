"""Energy meters of Carlo Gavazzi."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.carlo_gavazzi.em24 import EM24
from rtu_drivers.carlo_gavazzi.em100 import EM110, EM111, EM112, EM112B25, ET112
from rtu_drivers.carlo_gavazzi.em300 import EM340, ET340


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [EM24, EM110, EM111, EM112, EM112B25, EM340, ET112, ET340]
