"""A paused port says nothing of bytes, keeps them, and still says its end."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.events import Event
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.line import words_reply
from support.pty_line import PtyLine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot keep still")


@dataclass
class Said:
    """An open port, its line, and what it said."""

    port: SerialPort
    line: PtyLine
    heard: list[bytes]
    lost: list[str]


@pytest.fixture
async def said(tmp_path: Path) -> AsyncIterator[Said]:
    """Yield a port that is open."""
    line = PtyLine(tmp_path / "port", lambda _: [])
    line.plug()
    said = Said(SerialPort(str(line.path), LineSettings()), line, [], [])
    await said.port.open(said.heard.append, said.lost.append)
    yield said
    said.port.close()
    line.unplug()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_bytes_wait_while_paused(said: Said) -> None:
    """Nobody is woken for them, and afterwards they are told at once."""
    said.port.pause()
    said.line.send(b"\x01\x02")
    await asyncio.sleep(0.1)
    assert said.heard == []

    said.port.resume()
    await until(lambda: said.heard)
    assert said.heard == [b"\x01\x02"]


async def test_bytes_can_be_had_while_paused(said: Said) -> None:
    """By whoever asks for them."""
    said.port.pause()
    said.line.send(b"\x01\x02")
    had = bytearray()
    await until(lambda: had.extend(said.port.read_pending()) or len(had) == 2)

    said.port.resume()
    await asyncio.sleep(0.1)
    assert had == b"\x01\x02"
    assert said.heard == []


async def test_the_end_is_told_while_paused(said: Said) -> None:
    """A cable that is pulled out is noticed although nobody waits for bytes; what came before it is heard."""
    said.port.pause()
    said.line.send(b"\x01")
    await asyncio.sleep(0.05)
    said.line.unplug()
    await until(lambda: said.lost)

    assert said.heard in ([], [b"\x01"])  # a pseudo terminal may drop what was not read before its other end closed
    assert len(said.lost) == 1


async def test_a_pulled_cable_ends_a_transaction_in_the_middle_of_its_reply(tmp_path: Path) -> None:
    """The rest would take four seconds on this wire, and nobody waits for it."""
    slow, ask = LineSettings(300), ReadRequest(Table.HOLDING, 0, 60)
    line = PtyLine(tmp_path / "port", lambda _: [(0.1, words_reply(1, ask, range(60))[:4])])
    line.plug()
    said: list[Event] = []
    port = SerialPort(str(line.path), slow, paced=True)
    bus = Bus("b", Master("b", slow, timeout_s=0.2), port, said.append, SystemClock())
    running = asyncio.create_task(bus.run())
    await asyncio.wait_for(bus.opened.wait(), 10)
    asked = asyncio.create_task(bus.transact(1, ask))
    await until(lambda: line.heard)
    await asyncio.sleep(0.2)
    line.unplug()
    before = asyncio.get_running_loop().time()
    outcome = await asyncio.wait_for(asked, 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert outcome.kind == "port_lost"
    assert outcome.ended_at - before < slow.wire_s(125)
