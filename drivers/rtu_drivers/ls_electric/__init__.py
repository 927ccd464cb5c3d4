"""Devices of LS ELECTRIC."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.ls_electric.drive import IG5A, S100, IG5ADirect
from rtu_drivers.ls_electric.gimac import GIMAC1000, GIMACII, GIMAC1000Swapped


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters and drives of this package."""
    return [GIMAC1000, GIMAC1000Swapped, GIMACII, IG5A, IG5ADirect, S100]
