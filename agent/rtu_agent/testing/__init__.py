"""What drivers are tested with: ours, and those of others. Nothing in the agent depends on it.

It is also the home of the pytest plugin, which every test session of whoever has the agent installed imports. So what
stands here is imported when it is first asked for, and not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rtu_agent.clock import HandClock
    from rtu_agent.testing.contract import ContractBroken, DriverContract
    from rtu_agent.testing.decoding import told
    from rtu_agent.testing.planned import blocks_of
    from rtu_agent.testing.recordings import Recording, RecordingError, read_recordings
    from rtu_agent.testing.registers import Registers
    from rtu_agent.testing.simulated_device import Polled, SimulatedDevice

__all__ = [
    "ContractBroken",
    "DriverContract",
    "HandClock",
    "Polled",
    "Recording",
    "RecordingError",
    "Registers",
    "SimulatedDevice",
    "blocks_of",
    "read_recordings",
    "told",
]

_HOMES: Final = {
    "ContractBroken": "rtu_agent.testing.contract",
    "DriverContract": "rtu_agent.testing.contract",
    "HandClock": "rtu_agent.clock",
    "Polled": "rtu_agent.testing.simulated_device",
    "Recording": "rtu_agent.testing.recordings",
    "RecordingError": "rtu_agent.testing.recordings",
    "Registers": "rtu_agent.testing.registers",
    "SimulatedDevice": "rtu_agent.testing.simulated_device",
    "blocks_of": "rtu_agent.testing.planned",
    "read_recordings": "rtu_agent.testing.recordings",
    "told": "rtu_agent.testing.decoding",
}


def __getattr__(name: str) -> Any:
    """Import one of the public names."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
