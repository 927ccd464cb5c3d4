"""What the service manager is told: that the agent is ready, reloads, lives, stops, and how it is in a sentence.

systemd passes the address of a datagram socket in `NOTIFY_SOCKET` and wants lines `KEY=VALUE` there (sd_notify(3)); it
wants to hear `WATCHDOG=1` within `WATCHDOG_USEC`, or starts the agent anew. That line follows from work that gets done:
it is said when the event loop comes round and no bus is stuck, and never otherwise.
"""

import socket
from collections.abc import Collection, MutableMapping
from contextlib import suppress
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.telemetry.views import Snapshot

STATUS_S: Final = 5.0
"""The sentence is said at most this often, seconds."""


class Service:
    """The service manager, or nobody where there is none.

    Args:
        address: of its socket: a path, or a name in the abstract namespace after an `@`; empty for nobody.
        clock: monotonic.
    """

    def __init__(self, address: str, clock: Clock) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._clock = clock
        self._status = ""
        self._said_at = float("-inf")

    @classmethod
    def of_environment(cls, environment: MutableMapping[str, str], clock: Clock) -> "Service":
        """Return the one that has started this process; no process that this one starts shall speak to it."""
        return cls(environment.pop("NOTIFY_SOCKET", ""), clock)

    def ready(self) -> None:
        """Say that the configuration is in force and its buses have begun; ports and servers may still be missing."""
        self._say("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is being read anew; `ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={int(self._clock.monotonic() * 1e6)}")

    def stopping(self) -> None:
        """Say that the agent is about to end."""
        self._say("STOPPING=1")

    def turned(self, stuck: Collection[str], state: Snapshot) -> None:
        """The event loop has come round.

        Args:
            stuck: buses that do not get on; the agent does not count as alive while there are any.
            state: how everything is.
        """
        if not self._address:
            return
        if not stuck:
            self._say("WATCHDOG=1")
        now = self._clock.monotonic()
        if now >= self._said_at + STATUS_S and (status := sentence(state, stuck)) != self._status:
            self._status, self._said_at = status, now
            self._say(f"STATUS={status}")

    def _say(self, *lines: str) -> None:
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_manager:
                to_manager.setblocking(False)  # a manager that does not listen holds nobody up
                to_manager.sendto("\n".join(lines).encode(), self._address)


def sentence(state: Snapshot, stuck: Collection[str] = ()) -> str:
    """Return how a site is, for example `2 buses, 1 port closed; 17 of 18 devices up; 230 records waiting`."""
    closed = sum(not bus.is_open for bus in state.buses)
    up = sum(device.state == "online" for device in state.devices)
    waiting = sum(output.waiting for output in state.outputs)
    parts = [
        _counted(len(state.buses), "bus", "buses")
        + (f", {_counted(closed, 'port', 'ports')} closed" if closed else ""),
        f"{up} of {_counted(len(state.devices), 'device', 'devices')} up",
        *([f"{_counted(waiting, 'record', 'records')} waiting"] if waiting else []),
        *([f"stuck: {', '.join(stuck)}"] if stuck else []),
    ]
    return "; ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
