"""Modbus TCP against servers that lie, delay, cut, repeat and hang up: never a wrong value, always one outcome."""

import asyncio
import contextlib
import logging
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from rtu_agent.bus.modbus_tcp import ModbusTcpBus
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.events import (
    Event,
    ForeignFrameDiscarded,
    LateReplyDiscarded,
    PortLost,
    PortOpened,
    PortOpenFailed,
    TransactionFinished,
)
from rtu_agent.protocol.errors import LocalProtocolError, UnitQuarantined, WriteForbidden
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle
from support.tcp_line import TcpLine

ASK = ReadRequest(Table.HOLDING, 0x10, 2)
TIMEOUT_S = 0.2
Habit = Callable[[int, int, bytes], list[tuple[float, bytes]]]
"""Gets transaction, unit and the request's PDU; returns what to send, and after how many seconds."""


def adu(transaction: int, unit: int, pdu: bytes) -> bytes:
    """Return one frame."""
    return struct.pack(">HHHB", transaction & 0xFFFF, 0, len(pdu) + 1, unit) + pdu


def words(unit: int, pdu: bytes) -> bytes:
    """Return the PDU of the true reply: unit and address are the words."""
    address, count = struct.unpack(">HH", pdu[1:5])
    return bytes((pdu[0], 2 * count)) + struct.pack(">HH", unit, address)[: 2 * count]


def truly(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
    """Answer at once; unit 9 is dead."""
    return [] if unit == 9 else [(0.0, adu(transaction, unit, words(unit, pdu)))]


class Desk:
    """A bus with its server and everything it said."""

    def __init__(self, habit: Habit, *, lump: int = 10_000) -> None:
        def answer(data: bytes) -> list[tuple[float, bytes]]:
            transaction, _, length, unit = struct.unpack(">HHHB", data[:7])
            assert len(data) == 6 + length, "requests come one at a time"
            return habit(transaction, unit, data[7:])

        self.line = TcpLine(answer, lump=lump)
        self.said: list[Event] = []
        port = f"tcp://127.0.0.1:{self.line.port}"
        self.bus = ModbusTcpBus("b", port, self.said.append, SystemClock(), timeout_s=TIMEOUT_S, writable=(5,))

    async def ask(self, unit: int, request: ReadRequest = ASK) -> bytes:
        """Return the words of a unit that answers."""
        outcome = await self.bus.transact(unit, request)
        assert outcome.kind == "good", outcome
        return outcome.payload

    def of_port(self) -> list[str]:
        """Names of the events about the port, in order."""
        return [type(event).__name__ for event in self.said if isinstance(event, PortOpened | PortLost)]

    def outcomes(self) -> list[str]:
        """Return the outcomes told, in order."""
        return [event.outcome for event in self.said if isinstance(event, TransactionFinished)]


@asynccontextmanager
async def desk_of(habit: Habit, *, lump: int = 10_000) -> AsyncIterator[Desk]:
    """Yield a running bus at a server of this habit."""
    desk = Desk(habit, lump=lump)
    desk.line.plug()
    running = asyncio.create_task(desk.bus.run())
    try:
        await asyncio.wait_for(desk.bus.opened.wait(), 5)
        yield desk
        assert not running.done(), running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        desk.line.unplug()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("lump", [1, 5, 10_000])
async def test_asks_and_is_answered(lump: int) -> None:
    """Concurrent callers are served one after the other on one connection, whatever pieces the replies come in."""
    async with desk_of(truly, lump=lump) as desk:
        units = [1, 2, 3] * 4
        payloads = await asyncio.gather(*(desk.ask(unit) for unit in units))

        assert payloads == [bytes((0, unit, 0, 0x10)) for unit in units]
        assert desk.line.accepted == 1
        event = next(event for event in desk.said if isinstance(event, TransactionFinished))
        assert (event.unit, event.function, event.sent_bytes, event.received_bytes) == (1, 3, 12, 13)


async def test_bits_and_exceptions() -> None:
    """All four tables, and a refusal with its code."""

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        if unit == 2:
            return [(0.0, adu(transaction, unit, bytes((pdu[0] | 0x80, 2))))]
        data = b"\x55\x01" if pdu[0] < 3 else b"\x12\x34"
        return [(0.0, adu(transaction, unit, bytes((pdu[0], 2)) + data))]

    async with desk_of(habit) as desk:
        for table in (Table.COIL, Table.DISCRETE_INPUT):
            assert await desk.ask(1, ReadRequest(table, 0, 9)) == b"\x55\x01"
        for table in (Table.HOLDING, Table.INPUT):
            assert await desk.ask(1, ReadRequest(table, 0, 1)) == b"\x12\x34"
        refused = await desk.bus.transact(2, ASK)
        assert (refused.kind, refused.exception_code) == ("exception", 2)
        assert desk.line.accepted == 1


async def test_writes_where_they_are_allowed() -> None:
    """The reply repeats what was written; nowhere else does a write leave."""
    async with desk_of(lambda transaction, unit, pdu: [(0.0, adu(transaction, unit, pdu[:5]))]) as desk:
        for request in (
            WriteSingle(Table.HOLDING, 1, 7),
            WriteSingle(Table.COIL, 1, 0xFF00),
            WriteRegisters(1, (7, 8)),
        ):
            assert (await desk.bus.transact(5, request)).good
            with pytest.raises(WriteForbidden):
                await desk.bus.transact(6, request)
        with pytest.raises(LocalProtocolError):
            await desk.bus.transact(0, ASK)

        assert [data[7:].hex() for data in desk.line.heard] == ["0600010007", "050001ff00", "10000100020400070008"]


class Changeling(ReadRequest):
    """A request that encodes to a write from the second time on."""

    encoded = 0

    def encode(self) -> bytes:
        """Return a read, then a write."""
        Changeling.encoded += 1
        return super().encode() if Changeling.encoded == 1 else bytes.fromhex("0600010007")


async def test_what_was_judged_is_what_leaves() -> None:
    """A hostile request is asked for its bytes once."""
    async with desk_of(truly) as desk:
        assert (await desk.bus.transact(1, Changeling(Table.HOLDING, 0x10, 2))).good
        with pytest.raises(WriteForbidden):
            await desk.bus.transact(1, Changeling(Table.HOLDING, 0x10, 2))

        assert [data[7:].hex() for data in desk.line.heard] == ["0300100002"]


LIES: dict[str, Callable[[int, int, bytes], bytes]] = {
    "another transaction": lambda t, u, pdu: adu(t + 1, u, words(u, pdu)),
    "the transaction before": lambda t, u, pdu: adu(t - 1, u, words(u, pdu)),
    "transaction zero": lambda _, u, pdu: adu(0, u, words(u, pdu)),
    "another unit": lambda t, u, pdu: adu(t, u + 1, words(u, pdu)),
    "another function": lambda t, u, pdu: adu(t, u, b"\x04" + words(u, pdu)[1:]),
    "too few words": lambda t, u, pdu: adu(t, u, words(u, pdu[:4] + b"\x01")),
    "too many words": lambda t, u, _: adu(t, u, bytes((3, 6)) + bytes(6)),
    "an odd byte count": lambda t, u, _: adu(t, u, bytes((3, 5)) + bytes(5)),
    "a byte count that is too small": lambda t, u, _: adu(t, u, bytes((3, 2)) + bytes(4)),
    "a byte count that is too large": lambda t, u, _: adu(t, u, bytes((3, 200)) + bytes(4)),
    "another exception": lambda t, u, _: adu(t, u, b"\x84\x02"),
    "an unknown function": lambda t, u, _: adu(t, u, b"\x55\x02"),
    "a function and nothing else": lambda t, u, _: adu(t, u, b"\x03"),
    "another protocol": lambda t, u, pdu: struct.pack(">HHHB", t, 1, 7, u) + words(u, pdu),
    "no length": lambda t, u, pdu: struct.pack(">HHHB", t, 0, 0, u) + words(u, pdu),
    "a frame that goes on": lambda t, u, pdu: struct.pack(">HHHB", t, 0, 20, u) + words(u, pdu),
    "noise": lambda *_: bytes(range(100, 200)),
    "a stream of zeros": lambda *_: bytes(5000),
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_not_the_reply_is_never_taken(lie: str, caplog: pytest.LogCaptureFixture) -> None:
    """It ends the transaction badly, the next true answer is taken, and nobody has to read a traceback."""
    lies = True

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        return [(0.0, LIES[lie](transaction, unit, pdu))] if lies and unit == 1 else truly(transaction, unit, pdu)

    async with desk_of(habit) as desk:
        await desk.ask(2)
        assert (await desk.bus.transact(1, ASK)).kind in ("foreign", "damaged", "no_reply")
        assert await desk.ask(2) == bytes((0, 2, 0, 0x10))
        lies = False
        await until(lambda: desk.bus.quarantined_until(1) is None)
        assert await desk.ask(1) == bytes((0, 1, 0, 0x10))

        assert desk.of_port() == ["PortOpened"]
        assert desk.line.accepted == 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("lie", ["another transaction", "transaction zero", "the transaction before"])
async def test_a_stray_frame_before_the_reply_is_passed_over(lie: str) -> None:
    """Together in one piece or one after the other."""

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        stray = LIES[lie](transaction, unit, pdu[:1] + b"\x00\x99" + pdu[3:])
        [(_, reply)] = truly(transaction, unit, pdu)
        return [(0.0, stray + reply)] if unit == 1 else [(0.0, stray), (0.05, reply)]

    async with desk_of(habit) as desk:
        for unit in (1, 2, 1, 2):
            assert await desk.ask(unit) == bytes((0, unit, 0, 0x10))
        assert sum(isinstance(event, ForeignFrameDiscarded) for event in desk.said) == 4


async def test_a_late_unit_is_quarantined_and_others_go_on() -> None:
    """Its reply is recognised by its number when it comes; nobody else ever gets it."""

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        return [(1.5 * TIMEOUT_S if unit == 8 else 0.0, adu(transaction, unit, words(unit, pdu)))]

    async with desk_of(habit) as desk:
        assert (await desk.bus.transact(8, ASK)).kind == "no_reply"
        with pytest.raises(UnitQuarantined):
            await desk.bus.transact(8, ReadRequest(Table.HOLDING, 0x20, 2))
        await until(lambda: desk.bus.quarantined_until(8) is None)
        assert [event.unit for event in desk.said if isinstance(event, LateReplyDiscarded)] == [8]
        assert (await desk.bus.transact(8, ReadRequest(Table.HOLDING, 0x20, 2))).kind == "no_reply"
        for _ in range(20):
            assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert desk.of_port() == ["PortOpened"]


async def test_a_reply_of_the_connection_before_answers_nothing() -> None:
    """It comes on the new connection, from the unit that is asked and of the right shape; its number is older."""
    replies: list[bytes] = []

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        replies.append(adu(transaction, unit, words(unit, pdu)))
        stale = replies[0] if len(replies) == 3 else b""
        return [] if unit == 9 else [(0.0, stale + replies[-1])]

    async with desk_of(habit) as desk:
        assert await desk.ask(1, ReadRequest(Table.HOLDING, 0x20, 2)) == bytes((0, 1, 0, 0x20))
        assert (await desk.bus.transact(9, ASK)).kind == "no_reply"
        assert await desk.ask(1) == bytes((0, 1, 0, 0x10))
        assert desk.line.accepted == 2
        assert sum(isinstance(event, ForeignFrameDiscarded) for event in desk.said) == 1


async def test_a_late_reply_on_the_next_connection_is_late() -> None:
    """The gateway gives it to whoever is connected; the unit that owes nothing any more may be asked at once."""
    asked: list[bytes] = []

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        asked.append(adu(transaction, unit, words(unit, pdu)))
        return [] if unit == 9 else [(0.0, asked[0] if unit == 2 else asked[-1])]

    async with desk_of(habit) as desk:
        assert (await desk.bus.transact(9, ASK)).kind == "no_reply"
        assert await desk.ask(1) == bytes((0, 1, 0, 0x10))
        assert desk.bus.quarantined_until(9) is not None
        assert (await desk.bus.transact(2, ASK)).kind == "no_reply"

        assert [event.unit for event in desk.said if isinstance(event, LateReplyDiscarded)] == [9]
        assert desk.bus.quarantined_until(9) is None
        assert not [event for event in desk.said if isinstance(event, ForeignFrameDiscarded)]
        assert desk.line.accepted == 2


async def test_a_cancelled_caller_shifts_no_reply() -> None:
    """Again and again: its transaction runs to its end, and the next caller gets its own answer."""

    def habit(transaction: int, unit: int, pdu: bytes) -> list[tuple[float, bytes]]:
        return [(0.05 if unit == 8 else 0.0, adu(transaction, unit, words(unit, pdu)))]

    async with desk_of(habit) as desk:
        for address in range(5):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(desk.bus.transact(8, ReadRequest(Table.HOLDING, address, 2)), 0.01)
            assert await desk.ask(8) == bytes((0, 8, 0, 0x10))
        assert desk.outcomes() == ["good"] * 10
        assert desk.line.accepted == 1


async def test_a_caller_that_left_the_queue_is_not_asked_for() -> None:
    """What nobody waits for any more, and was not sent, is not sent."""
    async with desk_of(truly) as desk:
        first = asyncio.create_task(desk.bus.transact(3, ASK))
        second = asyncio.create_task(desk.bus.transact(4, ASK))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await desk.ask(5)

        assert [data[6] for data in desk.line.heard] == [3, 5]


async def test_nothing_is_asked_twice() -> None:
    """One request, one frame, whatever comes of it."""
    async with desk_of(truly) as desk:
        await desk.bus.transact(9, ASK)
        await asyncio.sleep(3 * TIMEOUT_S)

        assert [data[6] for data in desk.line.heard] == [9]


@pytest.mark.parametrize("reset", [False, True])
async def test_a_server_that_hangs_up_ends_the_transaction_at_once(*, reset: bool) -> None:
    """And is found again."""
    async with desk_of(truly) as desk:
        asking = asyncio.create_task(desk.bus.transact(9, ASK, timeout_s=60))
        waiting = asyncio.create_task(desk.bus.transact(3, ASK))
        await until(lambda: desk.line.heard)
        desk.line.hang_up(desk.line.connections[0], reset=reset)

        assert (await asyncio.wait_for(asking, 5)).kind == "port_lost"
        assert (await asyncio.wait_for(waiting, 5)).kind == "port_lost"
        await asyncio.wait_for(desk.bus.opened.wait(), 5)
        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert desk.of_port() == ["PortOpened", "PortLost", "PortOpened"]


async def test_a_server_that_is_away_is_waited_for() -> None:
    """With a message, and with pauses that stay short."""
    desk = Desk(truly)
    running = asyncio.create_task(desk.bus.run())
    await until(lambda: desk.said)
    assert (await desk.bus.transact(3, ASK)).kind == "port_lost"
    desk.line.plug()
    await asyncio.wait_for(desk.bus.opened.wait(), 5)
    assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    desk.line.unplug()

    assert isinstance(desk.said[0], PortOpenFailed)
    assert "is it on, the address right, and Modbus TCP enabled?" in desk.said[0].error


async def test_a_connection_that_cannot_be_made_anew_is_a_port_that_is_lost() -> None:
    """The caller who found out hears of it, within seconds."""
    async with desk_of(truly) as desk:
        assert (await desk.bus.transact(9, ASK)).kind == "no_reply"
        desk.line.deafen()
        assert (await asyncio.wait_for(desk.bus.transact(3, ASK), 10)).kind == "port_lost"
        desk.line.plug()
        await asyncio.wait_for(desk.bus.opened.wait(), 10)
        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert desk.of_port() == ["PortOpened", "PortLost", "PortOpened"]


async def test_the_end_of_the_bus_ends_what_is_under_way() -> None:
    """Nobody waits for an answer that cannot come."""
    async with desk_of(truly) as desk:
        asking = asyncio.create_task(desk.bus.transact(9, ASK, timeout_s=60))
        await until(lambda: desk.line.heard)
        bus = desk.bus
    assert (await asyncio.wait_for(asking, 5)).kind == "port_lost"
    assert not bus.opened.is_set()


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "http://x", "rtu+tcp://gw:4001"])
async def test_a_port_that_is_no_address_is_refused(port: str) -> None:
    """Whoever makes a bus by hand hears of it at once."""
    with pytest.raises(ValueError, match="is not of the form tcp://host:port"):
        ModbusTcpBus("b", port, lambda _: None, SystemClock())
