"""Inverters of Deye."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.deye.hybrid_1p import SG0xLP1
from rtu_drivers.deye.hybrid_3p import SG01HP3, SG04LP3


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the inverters of this package."""
    return [SG01HP3, SG04LP3, SG0xLP1]
