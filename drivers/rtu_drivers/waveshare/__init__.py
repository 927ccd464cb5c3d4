"""Input and output modules of Waveshare."""

from rtu_agent.driver_api import Driver, hookimpl
from rtu_drivers.waveshare.relay import IO8, Relay4, Relay8, Relay16, Relay32


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return the modules of this package."""
    return [Relay4, Relay8, Relay16, Relay32, IO8]
