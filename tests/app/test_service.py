"""The service manager hears what it must hear, and only while it is true."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rtu_agent.app.service import STATUS_S, Service, sentence
from rtu_agent.clock import HandClock
from rtu_agent.events import DeviceStateChanged, PortOpened, SpoolChanged
from rtu_agent.telemetry.board import Board
from support.made_up import ROSTER, polled

STATE = Board(ROSTER, HandClock()).snapshot()


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    """Listen as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.settimeout(5.0)
        yield listening


def heard(listening: socket.socket) -> list[str]:
    """Return what has been said."""
    listening.setblocking(False)
    said = []
    while True:
        try:
            said.append(listening.recv(4096).decode())
        except BlockingIOError:
            return said


@pytest.mark.parametrize("abstract", [False, True])
def test_every_state_is_said(tmp_path: Path, abstract: bool) -> None:
    """To a path, and to a name in the abstract namespace; no child can speak for the agent."""
    name = str(tmp_path / "notify")[-90:]
    environment = {"NOTIFY_SOCKET": f"@{name}" if abstract else str(tmp_path / "notify")}
    with manager(f"\0{name}" if abstract else str(tmp_path / "notify")) as listening:
        service = Service.of_environment(environment, HandClock(monotonic=12.5))
        service.ready()
        service.reloading()
        service.ready()
        service.stopping()

        assert heard(listening) == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=12500000", "READY=1", "STOPPING=1"]
    assert environment == {}


def test_an_agent_with_a_stuck_bus_does_not_count_as_alive(tmp_path: Path) -> None:
    """What is stuck stands in the sentence."""
    with manager(str(tmp_path / "notify")) as listening:
        service = Service(str(tmp_path / "notify"), HandClock())
        service.turned([], STATE)
        service.turned([], STATE)
        service.turned(["floor1"], STATE)

        assert heard(listening) == ["WATCHDOG=1", f"STATUS={sentence(STATE)}", "WATCHDOG=1"]


def test_the_sentence_is_said_now_and_then(tmp_path: Path) -> None:
    """When it is another one."""
    clock = HandClock()
    with manager(str(tmp_path / "notify")) as listening:
        service = Service(str(tmp_path / "notify"), clock)
        for number in range(10):
            service.turned([str(number // 4)], STATE)
            clock.turn(STATUS_S / 2)

        assert heard(listening) == [f"STATUS={sentence(STATE, [stuck])}" for stuck in "012"]


def test_nobody_listens(tmp_path: Path) -> None:
    """Without a manager, and with one that is gone, everything goes on."""
    for address in ("", str(tmp_path / "gone"), "@gone"):
        service = Service.of_environment({"NOTIFY_SOCKET": address}, HandClock())
        service.ready()
        service.turned([], STATE)


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    """Its socket is full after some hundred lines."""
    with manager(str(tmp_path / "notify")):
        service = Service(str(tmp_path / "notify"), HandClock())
        for _ in range(2000):
            service.turned([], STATE)


def test_the_sentence_says_how_a_site_is() -> None:
    """In words: ports, devices, what waits."""
    board = Board(ROSTER, HandClock())
    assert sentence(board.snapshot()) == "2 buses, 2 ports closed; 0 of 3 devices up"
    for event in (
        PortOpened("floor1", "p", False),
        polled(),
        polled("feeder-2"),
        DeviceStateChanged("floor1", "feeder-2", "suspect", "offline", "no_reply"),
        SpoolChanged("influxdb", 1, 1, 1, 1),
    ):
        board(event)

    assert sentence(board.snapshot(), ["floor1"]) == (
        "2 buses, 1 port closed; 1 of 3 devices up; 1 record waiting; stuck: floor1"
    )
