"""Energy meters of ABB."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.abb.b2x import B21, B23, B21Steel, B23Steel


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [B21, B21Steel, B23, B23Steel]
