"""Alive means that work gets done; the board and the service manager hear the same."""

import asyncio
from typing import Any

import pytest

from rtu_agent.app import pulse
from rtu_agent.app.pulse import Pulse
from rtu_agent.app.service import Service
from rtu_agent.clock import HandClock
from rtu_agent.events import Event, LoopLagged
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.findings import STUCK_S
from support.made_up import ROSTER, transaction


class Worker:
    """What the pulse asks of a bus."""

    turned_at = 0.0
    longest_timeout_s = 0.5


class Heard(Service):
    """A service manager that remembers."""

    def __init__(self) -> None:
        super().__init__("", HandClock())
        self.stuck: list[list[str]] = []

    def turned(self, stuck: Any, _: str) -> None:
        """Remember who was stuck."""
        self.stuck.append([*stuck])


def test_it_is_alive_while_the_loop_turns_and_no_bus_is_stuck() -> None:
    """Transactions count for a bus as well as looking round does."""
    clock, a, b = HandClock(100.0), Worker(), Worker()
    workers: Any = {"floor1": a, "floor2": b}
    board = Board(ROSTER, clock)
    beats = Pulse(workers, board, Heard(), lambda _: None, clock)
    a.turned_at = 95.0

    assert beats.healthy().details["stuck_buses"] == ["floor2"]
    board(transaction("floor2"))
    assert beats.healthy().ok
    clock.turn(STUCK_S)
    assert not beats.healthy().ok
    assert not beats.ready().ok


async def test_every_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With who is stuck, so that the service manager is not told that all is well."""
    monkeypatch.setattr(pulse, "TICK_S", 0.0)
    said, worker, heard = list[Event](), Worker(), Heard()
    workers: Any = {"a": worker}
    clock = HandClock(100.0)
    task = asyncio.create_task(Pulse(workers, Board(ROSTER, clock), heard, said.append, clock).run())
    while not heard.stuck:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    task.cancel()

    assert heard.stuck[0] == ["a"]
    assert isinstance(said[0], LoopLagged)
