"""Keeps a port open: tries again with growing pauses, and says once when it is lost and once when it is back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from rtu_agent.bus.latency import latency_mend
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.events import AdapterLatencyRead, PortLost, PortOpened, PortOpenFailed, Watcher

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
RENEWAL_S: Final = 2.0
"""How long a connection that was closed on purpose may be away before it counts as lost, seconds."""

Open = Callable[[], Awaitable[PortFacts]]
"""Opens the port and returns what was found out, or raises `PortError`."""


async def supervise(bus: str, port: str, open_port: Open, serve: Callable[[], Awaitable[str]], watch: Watcher) -> None:
    """Keep a port open until cancelled.

    Args:
        bus: name of the bus, for events.
        port: name of the port, for events.
        open_port: opens it.
        serve: waits until it is lost and returns the cause.
        watch: who is told.
    """
    clock = asyncio.get_running_loop().time
    reopened = False
    pause_s = FIRST_PAUSE_S
    while True:
        facts = await _open_at_last(bus, port, open_port, watch)
        watch(PortOpened(bus, port, reopened, facts.found_at))
        if facts.latency_s is not None:
            mend = latency_mend(facts.found_at or port, facts.latency_s)
            watch(AdapterLatencyRead(bus, port, facts.latency_s, mend))
        opened_at, reopened = clock(), True
        cause = await serve()
        watch(PortLost(bus, port, cause))
        # A port that opens and fails at once, again and again, must not be tried without a pause.
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S) if clock() - opened_at < LONGEST_PAUSE_S else FIRST_PAUSE_S
        await asyncio.sleep(pause_s)


async def _open_at_last(bus: str, port: str, open_port: Open, watch: Watcher) -> PortFacts:
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return await open_port()
        except PortError as error:
            watch(PortOpenFailed(bus, port, str(error), pause_s))
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def renew(open_port: Open) -> str | None:
    """Open a port that was closed on purpose; return what is wrong if that does not succeed within `RENEWAL_S`.

    Many a gateway has one connection to give and needs a moment to see that the old one is gone.
    """
    cause = f"no new connection within {RENEWAL_S:g} s"
    try:
        async with asyncio.timeout(RENEWAL_S):
            while True:
                try:
                    await open_port()
                except PortError as error:
                    cause = str(error)
                else:
                    return None
                await asyncio.sleep(FIRST_PAUSE_S)
    except TimeoutError:
        return cause
