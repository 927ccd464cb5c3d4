"""Whether the agent gets on: its event loop turns, and no bus is stuck. Dead devices and databases are no matter."""

import asyncio
from collections.abc import Mapping
from typing import Final, cast

from rtu_agent.app.service import Service
from rtu_agent.app.worker import BusWorker
from rtu_agent.clock import Clock
from rtu_agent.events import ClockJumped, LoopLagged, Watcher
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.clock_watch import ClockWatch
from rtu_agent.telemetry.findings import Finding, Worker, health, readiness

TICK_S: Final = 1.0
"""How often the event loop says that it turns."""


class Pulse:
    """One agent.

    Args:
        workers: its buses, by name; they come and go.
        board: how everything is.
        service: the service manager, who is told.
        watch: who is told how late the loop is.
        clock: monotonic and wall.
    """

    def __init__(
        self, workers: Mapping[str, BusWorker], board: Board, service: Service, watch: Watcher, clock: Clock
    ) -> None:
        self._workers = workers
        self._board = board
        self._service = service
        self._watch = watch
        self._clock = clock
        self._turned_at = clock.monotonic()

    async def run(self) -> None:
        """Say how late the event loop is, when the wall clock was set, and that everything gets on, until cancelled."""
        clocks = ClockWatch(self._clock)
        while True:
            asked = self._clock.monotonic()
            await asyncio.sleep(TICK_S)
            self._turned_at = self._clock.monotonic()
            self._watch(LoopLagged(max(0.0, self._turned_at - asked - TICK_S)))
            if jump_s := clocks.look():
                self._watch(ClockJumped(jump_s))
            stuck = cast("list[str]", self.healthy().details["stuck_buses"])
            self._service.turned(stuck, self._board.snapshot())

    def healthy(self) -> Finding:
        """Alive while the event loop turns and every bus is worked on; nothing else is cured by a restart."""
        active = {bus.name: bus.active_s for bus in self._board.snapshot().buses}
        workers = [
            Worker(name, max(active.get(name, 0.0), one.turned_at), one.longest_timeout_s)
            for name, one in [*self._workers.items()]  # asked for in several threads
        ]
        return health(self._turned_at, workers, self._clock.monotonic())

    def ready(self) -> Finding:
        """Ready when every port was open once; one that is lost later is an alert and not a restart."""
        return readiness(self._board.snapshot())
