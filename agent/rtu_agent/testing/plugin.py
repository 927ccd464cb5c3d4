"""The pytest plugin: fixtures for tests of drivers, there for whoever has pytest and the agent installed.

Every test session imports this module, so it imports nothing but pytest; a fixture fetches what it is made of.
"""

# ruff: noqa: PLC0415 - see above

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rtu_agent.driver_api import Driver
    from rtu_agent.testing import DriverContract, HandClock, SimulatedDevice


@pytest.fixture
def driver_contract(request: pytest.FixtureRequest) -> "DriverContract":
    """Put a driver to the test: `driver_contract(EM1, plans={...}, recordings="em1.yaml")`."""
    from rtu_agent.testing.contract import DriverContract

    return DriverContract(request.path.parent)


@pytest.fixture
def simulated_device(request: pytest.FixtureRequest) -> "Callable[[type[Driver] | str], SimulatedDevice]":
    """Have a device of a driver: `simulated_device(EM1).poll()`."""
    from rtu_agent.testing.contract import driver_of
    from rtu_agent.testing.simulated_device import SimulatedDevice

    return lambda driver: SimulatedDevice(driver_of(driver, request.path.parent))


@pytest.fixture
def hand_clock() -> "HandClock":
    """Have a clock that moves only when it is told to."""
    from rtu_agent.clock import HandClock

    return HandClock()
