"""The end takes no longer than it may, and asked for twice, no time at all."""

import asyncio

import pytest

from rtu_agent.app.stop import HURRIED_S, STOP_S, Stop
from rtu_agent.clock import HandClock, SystemClock


async def test_the_time_runs_from_the_first_look_on() -> None:
    """And is shared by all that is done."""
    clock = HandClock()
    stop = Stop(asyncio.Event(), clock)
    clock.turn(100.0)

    assert stop.left_s == STOP_S
    clock.turn(STOP_S - 1.0)
    assert stop.left_s == pytest.approx(1.0)
    clock.turn(2.0)
    assert stop.left_s == 0.0


async def test_a_second_wish_hurries() -> None:
    """The first one only asks."""
    stop = Stop(asyncio.Event(), HandClock())

    stop.ask()
    assert (stop.asked.is_set(), stop.left_s) == (True, STOP_S)
    stop.ask()

    assert stop.left_s == HURRIED_S


async def test_what_is_done_in_time_is_waited_for() -> None:
    """What it raises is raised."""
    stop, done = Stop(asyncio.Event(), SystemClock()), []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(True)

    async def fail() -> None:
        raise ZeroDivisionError

    await stop.wait_for(work())
    assert done == [True]
    with pytest.raises(ZeroDivisionError):
        await stop.wait_for(fail())


async def test_what_hangs_is_left_alone_once_somebody_hurries() -> None:
    """Nobody waits for it for ever."""
    stop = Stop(asyncio.Event(), SystemClock())
    never = asyncio.Event()
    stop.ask()
    asyncio.get_running_loop().call_later(0.05, stop.ask)

    async with asyncio.timeout(STOP_S - 1.0):
        await stop.wait_for(never.wait())


async def test_a_share_is_given_once() -> None:
    """What was not done within it leaves the rest of the time to others."""

    class Looked(HandClock):
        """Counts how often it is looked at."""

        looks = 0

        def monotonic(self) -> float:
            """Show the time."""
            self.looks += 1
            return super().monotonic()

    clock = Looked()
    stop = Stop(asyncio.Event(), clock)

    await stop.wait_for(asyncio.Event().wait(), 0.01)

    assert clock.looks == 1
