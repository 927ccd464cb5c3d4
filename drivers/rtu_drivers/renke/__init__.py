"""Sensors of Renke, which are sold under many names."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.renke.rs_ws import RSCO2WS, RSWS
from rtu_drivers.renke.soil import SoilEC, SoilNPK, SoilPH, SoilSevenInOne


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the sensors of this package."""
    return [RSWS, RSCO2WS, SoilSevenInOne, SoilPH, SoilEC, SoilNPK]
