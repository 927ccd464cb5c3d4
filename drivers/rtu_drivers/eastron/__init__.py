"""Energy meters of Eastron."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.eastron.sdm72 import SDM72, SDM72V2
from rtu_drivers.eastron.sdm120 import SDM120, SDM120CT
from rtu_drivers.eastron.sdm630 import SDM630


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the meters of this package."""
    return [SDM72, SDM72V2, SDM120, SDM120CT, SDM630]
