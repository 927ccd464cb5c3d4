"""Energy meters and drives of ABB."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.abb.b2x import B21, B23, B21Steel, B23Steel
from rtu_drivers.abb.drives import ACS355, ACS550, ACS580


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters and drives of this package."""
    return [ACS355, ACS550, ACS580, B21, B21Steel, B23, B23Steel]
