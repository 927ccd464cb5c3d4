"""Temperature controllers of Hanyoung Nux."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.hanyoung.hx_vx import HX, VX, HXTenths, VXTenths


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the controllers of this package."""
    return [HX, HXTenths, VX, VXTenths]
