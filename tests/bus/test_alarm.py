"""Both alarms ring when they are told to, once, and not when they are told not to."""

import asyncio
import sys

import pytest

from rtu_agent.bus.alarm import LoopAlarm, TimerfdAlarm, make_alarm

KINDS = [LoopAlarm, pytest.param(TimerfdAlarm, marks=pytest.mark.skipif(sys.platform != "linux", reason="timerfd"))]


@pytest.mark.parametrize("kind", KINDS)
async def test_rings_once_and_not_early(kind: type[LoopAlarm]) -> None:
    """One ring, at or after the moment."""
    loop = asyncio.get_running_loop()
    rung: list[float] = []
    alarm = kind(loop, lambda: rung.append(loop.time()))
    at = loop.time() + 0.02

    alarm.set(at)
    await asyncio.sleep(0.06)
    alarm.close()

    assert len(rung) == 1
    assert rung[0] >= at - 1e-4


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_set_last_counts(kind: type[LoopAlarm]) -> None:
    """A new moment replaces the old one, and None takes it back."""
    rung: list[None] = []
    alarm = kind(asyncio.get_running_loop(), lambda: rung.append(None))
    now = asyncio.get_running_loop().time()

    alarm.set(now + 0.01)
    alarm.set(now + 60)
    await asyncio.sleep(0.03)
    alarm.set(now + 0.01)
    alarm.set(None)
    await asyncio.sleep(0.03)
    alarm.close()

    assert rung == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_moment_that_has_passed_rings_at_once(kind: type[LoopAlarm]) -> None:
    """A deadline that was missed is not missed for ever."""
    rung = asyncio.Event()
    alarm = kind(asyncio.get_running_loop(), rung.set)

    alarm.set(-1.0)

    await asyncio.wait_for(rung.wait(), 5)
    alarm.close()
    alarm.close()


@pytest.mark.skipif(sys.platform != "linux", reason="timerfd")
async def test_an_alarm_that_has_learnt_is_still_never_early() -> None:
    """It sets its timer earlier the longer it knows how long waking up takes; whoever is woken does not notice."""
    loop = asyncio.get_running_loop()
    rung: asyncio.Queue[float] = asyncio.Queue()
    alarm = TimerfdAlarm(loop, lambda: rung.put_nowait(loop.time()))

    for _ in range(200):
        alarm.set(at := loop.time() + 0.001)
        assert await asyncio.wait_for(rung.get(), 5) >= at
    alarm.close()

    assert rung.empty()


async def test_the_best_alarm_is_chosen() -> None:
    """Linux has timerfd; the others have the event loop."""
    alarm = make_alarm(asyncio.get_running_loop(), lambda: None)

    assert isinstance(alarm, TimerfdAlarm if sys.platform == "linux" else LoopAlarm)
    alarm.close()
