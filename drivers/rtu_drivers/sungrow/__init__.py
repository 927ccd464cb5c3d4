"""Inverters of Sungrow."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.sungrow.inverter import SG, SH, SGTenths


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the inverters of this package."""
    return [SG, SGTenths, SH]
