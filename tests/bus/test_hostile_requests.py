"""A bus on a pseudo terminal that listens to every byte: what is not allowed to write does not write one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.events import Event, TransactionFinished
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.errors import LocalProtocolError, WriteForbidden
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle
from support.line import words_reply
from support.pty_line import PtyLine

LINE = LineSettings(115200)
ASK = ReadRequest(Table.HOLDING, 0x10, 2)
READ, WRITE = ASK.encode(), WriteSingle(Table.HOLDING, 1, 2).encode()


class Hostile:
    """Says that it reads, whoever asks, and encodes to what it is made of: one answer after the other."""

    writes: ClassVar[bool] = False
    longest_reply: ClassVar[int] = 6

    def __init__(self, *pdus: Any) -> None:
        self.pdus = list(pdus)
        self.function: Any = 3

    def encode(self) -> Any:
        """Return the next of its PDUs, the last one again and again."""
        return self.pdus.pop(0) if len(self.pdus) > 1 else self.pdus[0]

    def reply_size(self, _: bytes) -> int:
        """Take anything for an answer."""
        return 6

    def payload(self, pdu: bytes) -> bytes:
        """Return all of it."""
        return pdu


class Changeling(bytes):
    """Bytes that are a read for everybody who looks, and something else where they are copied."""

    def __getitem__(self, key: Any) -> Any:
        return READ[key]

    def __len__(self) -> int:
        return len(READ)

    def __radd__(self, before: bytes) -> bytes:
        return before + WRITE

    def __bytes__(self) -> bytes:
        return WRITE


def changed_later() -> Hostile:
    """A read that becomes a write after it was checked, because its caller keeps the buffer."""
    buffer = bytearray(READ)
    asyncio.get_running_loop().call_soon(buffer.__setitem__, 0, 6)
    return Hostile(buffer)


class Raising(Hostile):
    """Fails when it is asked for its bytes."""

    def encode(self) -> Any:
        """Fail."""
        raise OSError("hung up")


REFUSED: dict[str, Callable[[], Any]] = {
    "a plain write": lambda: WriteSingle(Table.HOLDING, 1, 2),
    "many registers": lambda: WriteRegisters(1, (2, 3)),
    "a coil": lambda: WriteSingle(Table.COIL, 1, 0xFF00),
    "a write that says it reads": lambda: Hostile(WRITE),
    "every other function": lambda: Hostile(bytes((8, 0, 1, 0, 0))),
    "another MEI type": lambda: Hostile(bytes((43, 13, 0, 0))),
    "a write behind a read": lambda: Hostile((frame(1, READ) + frame(2, WRITE))[1:-2]),
    "a broadcast behind a read": lambda: Hostile((frame(1, READ) + frame(0, WRITE))[1:-2]),
    "bytes that lie": lambda: Hostile(Changeling(WRITE)),
    "bytes that change": changed_later,
    "a frame that is too long": lambda: Hostile(READ + bytes(300)),
    "nothing": lambda: Hostile(b""),
    "no bytes": lambda: Hostile(READ.decode("latin-1")),
    "an exception": lambda: Raising(READ),
}


class Listener:
    """A bus, everything that was put on its wire, and everything it said."""

    def __init__(self, path: Path, writable: tuple[int, ...]) -> None:
        self.line = PtyLine(path, self._answer)
        self.said: list[Event] = []
        master = Master("b", LINE, timeout_s=0.2, paced=False, writable=writable)
        self.bus = Bus("b", master, SerialPort(str(path), LINE), self.said.append, SystemClock())

    def _answer(self, data: bytes) -> list[tuple[float, bytes]]:
        return [(0.0, words_reply(data[0], ASK, (1, 2)) if data[1] == 3 else data)]

    @property
    def heard(self) -> bytes:
        """All bytes in their order."""
        return b"".join(self.line.heard)


@asynccontextmanager
async def listening(path: Path, *writable: int) -> AsyncIterator[Listener]:
    """Give a running bus whose port is plugged in."""
    listener = Listener(path, writable)
    listener.line.plug()
    running = asyncio.create_task(listener.bus.run())
    await asyncio.wait_for(listener.bus.opened.wait(), 5)
    try:
        yield listener
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        listener.line.unplug()


@pytest.mark.parametrize("hostile", REFUSED)
async def test_no_byte_of_a_write_arrives(hostile: str, tmp_path: Path) -> None:
    """Refused between two reads, which go on as if nothing had been asked."""
    async with listening(tmp_path / "port") as listener:
        assert (await listener.bus.transact(1, ASK)).good
        with pytest.raises(LocalProtocolError):
            await listener.bus.transact(1, REFUSED[hostile]())
        assert (await listener.bus.transact(1, ASK)).good

    assert listener.heard == 2 * frame(1, READ)


@pytest.mark.parametrize("request_", [ASK, WriteSingle(Table.HOLDING, 1, 2), Hostile(WRITE)], ids=str)
async def test_no_byte_of_a_broadcast_arrives(request_: Any, tmp_path: Path) -> None:
    """Not even where somebody made every unit writable."""
    async with listening(tmp_path / "port", *range(256)) as listener:
        assert (await listener.bus.transact(1, ASK)).good
        with pytest.raises(LocalProtocolError, match="broadcast is never used"):
            await listener.bus.transact(0, request_)
        assert (await listener.bus.transact(1, ASK)).good

    assert listener.heard == 2 * frame(1, READ)


async def test_what_was_checked_is_what_arrives(tmp_path: Path) -> None:
    """A request that encodes to something else the second time is asked for its bytes once; they are told by function.

    What it says its function is goes nowhere.
    """
    request = Hostile(READ, WRITE)
    request.function = '"} rtu_agent_evil 1\n'
    async with listening(tmp_path / "port") as listener:
        await listener.bus.transact(1, request)

    assert listener.heard == frame(1, READ)
    assert [event.function for event in listener.said if isinstance(event, TransactionFinished)] == [3]


async def test_writes_reach_the_unit_that_allows_them_and_no_other(tmp_path: Path) -> None:
    """One entry's leave is nobody else's."""
    write = WriteSingle(Table.HOLDING, 1, 2)
    async with listening(tmp_path / "port", 5) as listener:
        assert (await listener.bus.transact(5, ASK)).good
        assert (await listener.bus.transact(5, write)).good
        with pytest.raises(WriteForbidden, match="function 06 to unit 6"):
            await listener.bus.transact(6, write)
        with pytest.raises(LocalProtocolError, match="not one such request"):
            await listener.bus.transact(5, Hostile((frame(5, WRITE) + frame(6, WRITE))[1:-2]))

    assert listener.heard == frame(5, READ) + frame(5, WRITE)
