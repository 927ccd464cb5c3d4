"""A device that answers as the driver says is polled to the end by the agent's own master."""

from collections.abc import Iterator

from rtu_agent.poll.plan import PlanError
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.simulated_device import SimulatedDevice
from rtu_agent.testing.subject import Subject


def simulated(subject: Subject) -> Iterator[Breach]:
    """It is recognised, and answers all that it is asked for."""
    try:
        device = SimulatedDevice(subject.driver)
    except PlanError as error:
        yield Breach(f"cannot be polled: {error}")
        return
    polled = device.poll()
    for trouble in polled.troubles:
        yield Breach(f"a simulated device is not polled to the end: {trouble}")
