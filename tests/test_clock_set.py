"""An agent whose clock is set says so, and goes on."""

import asyncio
from pathlib import Path

from rtu_agent.app import Agent, load
from rtu_agent.clock import SystemClock
from rtu_agent.events import AgentStarted, ClockJumped, Event, Watchers

SITE = """\
version: 1
site: plant-a
buses:
  floor1: {port: /dev/serial/by-id/no-such-port, baudrate: 9600}
devices:
  - {name: room, bus: floor1, unit: 1, driver: generic.xy_md02}
outputs:
  sqlite: {directory: data}
http: {listen: "127.0.0.1:0"}
state: state
"""


class SetClock(SystemClock):
    """The system's clock, set back once as an operator would."""

    ahead_s = 0.0

    def wall(self) -> float:
        """Seconds since 1970, as it was set."""
        return super().wall() + self.ahead_s


async def test_a_clock_that_is_set_is_told_once(tmp_path: Path) -> None:
    """With how far; the next looks find nothing new."""
    config = tmp_path / "devices.yaml"
    config.write_text(SITE, encoding="utf-8")
    loaded, clock, stop = load(config), SetClock(), asyncio.Event()
    jumps: list[float] = []
    loop = asyncio.get_running_loop()

    def watch(event: Event) -> None:
        match event:
            case AgentStarted():
                loop.call_later(0.2, setattr, clock, "ahead_s", -3600.0)
                loop.call_later(3.5, stop.set)
            case ClockJumped(jump_s=jump_s):
                jumps.append(jump_s)

    await Agent(loaded.site, loaded.driver_of, loaded.output_types, Watchers(watch), clock).run(stop)

    assert [round(jump_s) for jump_s in jumps] == [-3600]
