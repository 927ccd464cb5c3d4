"""Probes of Vaisala."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.vaisala.gmp252 import GMP252
from rtu_drivers.vaisala.hmp110 import HMD65, HMP, HMP110


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the probes of this package."""
    return [GMP252, HMP110, HMP, HMD65]
