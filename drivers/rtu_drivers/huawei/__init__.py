"""Inverters of Huawei."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.huawei.sun2000 import SUN2000, SUN2000Meter, SUN2000Storage


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the inverters of this package."""
    return [SUN2000, SUN2000Meter, SUN2000Storage]
