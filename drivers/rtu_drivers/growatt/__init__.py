"""Inverters of Growatt."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.growatt.inverter import MINTLX, MINTLXH, MODTLX, SPH, ProtocolI


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the inverters of this package."""
    return [MINTLX, MINTLXH, MODTLX, SPH, ProtocolI]
