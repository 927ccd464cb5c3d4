"""Events of reading the configuration anew → its metrics."""

from collections.abc import Callable

from rtu_agent.events import ConfigRefused, ConfigReloaded
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments


class ConfigMetrics:
    """The configuration; it was read well when the agent started."""

    def __init__(self, instruments: Instruments, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._reloads = {word: instruments.counter(families.CONFIG_RELOADS, word) for word in families.RELOADS}
        self._successful = instruments.gauge(families.CONFIG_LAST_SUCCESSFUL)
        self._last_success = instruments.gauge(families.CONFIG_LAST_SUCCESS)
        self._succeeded()

    def __call__(self, event: ConfigReloaded | ConfigRefused) -> None:
        """Count one reload."""
        if isinstance(event, ConfigReloaded):
            self._reloads["done"].inc()
            self._succeeded()
        else:
            self._reloads["refused"].inc()
            self._successful.set(0)

    def _succeeded(self) -> None:
        self._successful.set(1)
        self._last_success.set(self._wall())
