"""Changes of health → how many devices of a bus are in each state."""

from collections.abc import Collection, Iterable

from rtu_agent.events import DeviceState, DeviceStateChanged, PollFinished
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments


class HealthMetrics:
    """The states of the devices of one bus; they are `waiting` until the first of them is known."""

    def __init__(self, instruments: Instruments, bus: str, devices: Iterable[str] = ()) -> None:
        self._waiting = set[str]()
        self._states: dict[str, DeviceState] = {}
        self._gauges = {state: instruments.gauge(families.BUS_DEVICES, bus, state) for state in families.STATES}
        self.keep(devices)

    def keep(self, devices: Iterable[str], anew: Collection[str] = ()) -> None:
        """Count these devices from now on; those that are new or `anew` are waiting."""
        names = set(devices)
        self._states = {name: state for name, state in self._states.items() if name in names and name not in anew}
        self._waiting = names - self._states.keys()
        for state, gauge in self._gauges.items():
            gauge.set(sum(one == state for one in self._states.values()))
        self._gauges["waiting"].set(len(self._waiting))

    def polled(self, event: PollFinished) -> None:
        """Take in a poll: a device that was never judged is online from its first good one on."""
        if event.outcome == "good" and event.device in self._waiting:
            self._move(event.device, "online")

    def changed(self, event: DeviceStateChanged) -> None:
        """Take in a change of health."""
        self._move(event.device, event.after)

    def _move(self, device: str, after: DeviceState) -> None:
        before = "waiting" if device in self._waiting else self._states[device]
        self._waiting.discard(device)
        self._states[device] = after
        self._gauges[before].dec()
        self._gauges[after].inc()
