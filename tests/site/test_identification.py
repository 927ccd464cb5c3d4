"""Slaves that are not ours say what they are, through a bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.events import Event, ForeignFrameDiscarded, NoiseDiscarded
from rtu_agent.protocol.identification import ReadIdentification, ReportServerId
from rtu_agent.protocol.identity import Identity, identity
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.objects import Category
from rtu_agent.protocol.timing import LineSettings
from support.foreign_slaves import IDENTITY, missing, slave
from support.pty_bridge import PtyBridge
from support.requirements import require

LINE = LineSettings(115200)
STRAYS = (ForeignFrameDiscarded, NoiseDiscarded)


@asynccontextmanager
async def bus_to(kind: str, said: list[Event]) -> AsyncIterator[Bus]:
    """Give a running bus with one kind of slave on it."""
    require(missing(kind))
    with PtyBridge() as bridge, slave(kind, bridge.far):
        port = SerialPort(bridge.near, LINE)
        bus = Bus("b", Master("b", LINE, timeout_s=2.0, paced=False), port, said.append, SystemClock())
        running = asyncio.create_task(bus.run())
        await asyncio.wait_for(bus.opened.wait(), 5)
        try:
            yield bus
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.mark.server
@pytest.mark.parametrize("kind", ["pymodbus", "debian-pymodbus"])
@pytest.mark.parametrize("category", [Category.BASIC, Category.REGULAR, Category.EXTENDED], ids=lambda each: each.name)
async def test_an_identity_is_read_in_as_many_parts_as_it_takes(kind: str, category: Category) -> None:
    """Everything of the category, clean, and no frame was taken for anything else."""
    said: list[Event] = []
    payloads = []
    async with bus_to(kind, said) as bus:
        request: ReadIdentification | None = ReadIdentification(category)
        while request is not None:
            outcome = await bus.transact(1, request)
            assert outcome.good
            payloads.append(outcome.payload)
            request = request.following(outcome.payload)

    named = [IDENTITY[number] if number < 3 or category is not Category.BASIC else "" for number in range(7)]
    others = {0x80: "y" * 100, 0x81: "z" * 128} if category is Category.EXTENDED else {}
    assert identity(payloads) == Identity(*(text.replace("\x1b", "")[:128] for text in named), others=others)
    assert len(payloads) == {Category.BASIC: 1, Category.REGULAR: 2, Category.EXTENDED: 4}[category]
    assert [event for event in said if isinstance(event, STRAYS)] == []


@pytest.mark.server
@pytest.mark.parametrize("kind", ["pymodbus", "libmodbus"])
async def test_a_server_id_is_read(kind: str) -> None:
    """In the form of its vendor: pymodbus joins its basic texts, libmodbus gives a number, on, and its version."""
    said: list[Event] = []
    async with bus_to(kind, said) as bus:
        outcome = await bus.transact(1, ReportServerId())

    assert outcome.good
    assert outcome.payload.startswith(b"\xb4\xffLMB" if kind == "libmodbus" else b"Acme-TH1-1.2.3\xff")
    assert [event for event in said if isinstance(event, STRAYS)] == []
