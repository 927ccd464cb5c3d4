"""Events about drivers → their metrics."""

from collections.abc import Container

from rtu_agent.events import DeviceEvent, DriverFailed, DriverQuarantined, DriverRecovered, IdentityMismatched
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments


class DriverMetrics:
    """The metrics of one driver."""

    def __init__(self, instruments: Instruments, driver: str) -> None:
        self._errors = instruments.counter(families.DRIVER_ERRORS, driver)
        self._quarantined = instruments.gauge(families.DRIVER_QUARANTINED, driver)
        self._mismatched = instruments.gauge(families.DRIVER_MISMATCHED, driver)
        self._resting = set[str]()
        self._others = set[str]()

    def keep(self, devices: Container[str]) -> None:
        """Only these devices have this driver from now on, or are still what they were."""
        self._resting = {device for device in self._resting if device in devices}
        self._others = {device for device in self._others if device in devices}
        self._quarantined.set(len(self._resting))
        self._mismatched.set(len(self._others))

    def __call__(self, event: DeviceEvent) -> None:
        """Count one event of a device that has this driver."""
        match event:
            case DriverFailed():
                self._errors.inc()
            case DriverQuarantined(device=device):
                self._resting.add(device)
            case DriverRecovered(device=device):
                self._resting.discard(device)
            case IdentityMismatched(device=device, said=""):
                self._others.discard(device)
            case IdentityMismatched(device=device):
                self._others.add(device)
        self._quarantined.set(len(self._resting))
        self._mismatched.set(len(self._others))
