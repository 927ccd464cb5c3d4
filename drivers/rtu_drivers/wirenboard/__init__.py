"""Input and output modules and sensors of Wiren Board."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.wirenboard.wb_mr6c import MR6C, MR6CFirmware123
from rtu_drivers.wirenboard.wb_msw import MSW3, MSW3Firmware435


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the devices of this package."""
    return [MR6C, MR6CFirmware123, MSW3, MSW3Firmware435]
