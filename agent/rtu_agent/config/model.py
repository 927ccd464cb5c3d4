"""A site as the rest of the agent is given it: complete, checked, frozen.

Durations are seconds. Paths are as written in the file, put behind the directory that the file is in.
"""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from rtu_agent.config.entries import BusEntry, HttpEntry, ReportEntry, SpoolEntry
from rtu_agent.config.web import WebEntry
from rtu_agent.driver_api import Driver

GROUPS_OF_INTERVAL: Final = ("fast", "normal")
"""The groups that a device's `interval` sets."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BusSettings(BusEntry):
    """A bus: its name, its port and the serial settings; data bits are always 8."""

    name: str
    timeout: float = 0.5
    """How long a device may take to begin its reply, seconds."""


class HttpSettings(HttpEntry):
    """Where the agent's HTTP server listens, as `host:port`, and what protects it."""

    web: WebEntry = WebEntry()
    """What stands in `web_config`."""


class DeviceSettings(_Frozen):
    """One device. An entry of the file with several units has become several of these."""

    name: str
    bus: str
    unit: int
    driver: str
    """Name of an installed driver, or the path of a register map as it is written in the file."""
    interval: float | None = None
    groups: dict[str, float] = {}
    tags: dict[str, str] = {}
    report: ReportEntry | None = None
    """Which records are stored; None is all."""
    allow_writes: bool = False
    """Whether requests that write may be sent to it."""

    def intervals(self, driver: type[Driver]) -> dict[str, float]:
        """Return the seconds between two polls of each group that `driver` has; 0 is once, at start.

        A group named in `groups` has that interval. Otherwise `interval` is the interval of the groups `normal` and
        `fast`. Whatever is set by neither (always `once`, and `slow` unless named) keeps the driver's own.
        """
        return {group: self._interval(group, default) for group, default in driver.intervals.items()}

    def set_by_interval(self, driver: type[Driver]) -> frozenset[str]:
        """Return the groups of `driver` whose interval is `interval`, or would be if there were one."""
        return frozenset(driver.intervals.keys() & {*GROUPS_OF_INTERVAL} - self.groups.keys())

    def _interval(self, group: str, default: float) -> float:
        if group in self.groups:
            return self.groups[group]
        return self.interval if self.interval is not None and group in GROUPS_OF_INTERVAL else default


class OutputEntry(_Frozen):
    """Where records go: `settings` is an instance of the output type's own `Settings`."""

    name: str
    type: str
    settings: BaseModel


class Site(_Frozen):
    """Everything that devices.yaml says."""

    version: Literal[1]
    site: str
    buses: dict[str, BusSettings]
    devices: tuple[DeviceSettings, ...]
    outputs: dict[str, OutputEntry]
    http: HttpSettings
    spool: SpoolEntry
    """What the spool may hold: `max` bytes, for `keep` seconds."""
    state: Path
    """Directory of the spool and of what was learnt."""
