"""RTU over TCP against gateways with all the habits of gateways."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.tcp_port import TcpPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.events import Event, LateReplyDiscarded, PortLost, PortOpened, PortOpenFailed, TransactionFinished
from rtu_agent.protocol.errors import UnitQuarantined
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.line import words_reply
from support.tcp_line import TcpLine

LINE = LineSettings(115200)
ASK = ReadRequest(Table.HOLDING, 0x10, 2)
LATE_S = 0.3
"""How long unit 8 takes; the timeout is 0.2 s."""


def reply_to(data: bytes) -> bytes:
    """Return unit and address as the words."""
    unit, address, count = data[0], int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
    return words_reply(unit, ReadRequest(Table.HOLDING, address, count), (unit, address)[:count])


def truthful(data: bytes) -> list[tuple[float, bytes]]:
    """Unit 9 is dead, unit 8 takes longer than the timeout."""
    return [] if data[0] == 9 else [(LATE_S if data[0] == 8 else 0.0, reply_to(data))]


class Desk:
    """A bus behind a gateway and everything it said."""

    def __init__(self, line: TcpLine) -> None:
        self.line = line
        self.said: list[Event] = []
        master = Master("b", LINE, timeout_s=0.2, paced=False)
        port = TcpPort(f"rtu+tcp://127.0.0.1:{line.port}")
        self.bus = Bus("b", master, port, self.said.append, SystemClock())

    async def ask(self, unit: int) -> bytes:
        """Return the words of a unit that answers."""
        outcome = await self.bus.transact(unit, ASK)
        assert outcome.kind == "good", outcome
        return outcome.payload

    def of_port(self) -> list[str]:
        """Names of the events about the port, in order."""
        return [type(event).__name__ for event in self.said if isinstance(event, PortOpened | PortLost)]


@asynccontextmanager
async def desk_at(line: TcpLine) -> AsyncIterator[Desk]:
    """Yield a running bus behind a gateway that is plugged in."""
    line.plug()
    desk = Desk(line)
    running = asyncio.create_task(desk.bus.run())
    try:
        await asyncio.wait_for(desk.bus.opened.wait(), 5)
        yield desk
        assert not running.done(), running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        line.unplug()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("lump", [1, 3, 7, 10_000])
async def test_frames_may_be_cut_anywhere(lump: int) -> None:
    """Whatever pieces a gateway makes of them."""
    async with desk_at(TcpLine(truthful, lump=lump)) as desk:
        units = [1, 2, 3] * 4
        payloads = await asyncio.gather(*(desk.ask(unit) for unit in units))

        assert payloads == [bytes((0, unit, 0, 0x10)) for unit in units]
        assert desk.line.accepted == 1


async def test_frames_may_be_joined_with_others() -> None:
    """Somebody else's frame before and after the reply, in one lump: the reply is found, the rest is not believed."""

    def joined(data: bytes) -> list[tuple[float, bytes]]:
        foreign = reply_to(bytes((data[0] + 1,)) + data[1:])
        return [(0.0, foreign + reply_to(data) + foreign)]

    async with desk_at(TcpLine(joined)) as desk:
        assert [await desk.ask(unit) for unit in (1, 2, 1)] == [bytes((0, unit, 0, 0x10)) for unit in (1, 2, 1)]


async def test_after_a_missing_reply_the_connection_is_another_one() -> None:
    """The old one may still deliver; nobody is told of a loss, the others go on, and the unit is left alone."""
    async with desk_at(TcpLine(truthful)) as desk:
        assert (await desk.bus.transact(8, ASK)).kind == "no_reply"
        with pytest.raises(UnitQuarantined):
            await desk.bus.transact(8, ReadRequest(Table.HOLDING, 0x20, 2))
        for _ in range(20):
            assert await desk.ask(3) == bytes((0, 3, 0, 0x10))

        assert desk.line.accepted == 2
        assert desk.of_port() == ["PortOpened"]
        assert desk.bus.quarantined_until(8) is not None


async def test_a_reply_that_is_delivered_to_the_new_connection_is_late() -> None:
    """A gateway may have one answer and the latest connection: it is recognised, and is nobody's answer."""
    line = TcpLine(lambda data: [] if data[0] == 8 else truthful(data))
    async with desk_at(line) as desk:
        assert (await desk.bus.transact(8, ASK)).kind == "no_reply"
        await until(lambda: line.accepted == 2)
        line.send(reply_to(line.heard[0]))
        await until(lambda: desk.bus.quarantined_until(8) is None)

        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert [event.unit for event in desk.said if isinstance(event, LateReplyDiscarded)] == [8]


async def test_a_dead_unit_is_asked_for_as_often_as_the_quarantine_allows() -> None:
    """Each missing reply costs one connection and nothing else; the neighbour is answered each time."""
    async with desk_at(TcpLine(truthful)) as desk:
        for _ in range(3):
            assert (await desk.bus.transact(9, ASK, timeout_s=0.05)).kind == "no_reply"
            assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
            await until(lambda: desk.bus.quarantined_until(9) is None)

        assert desk.line.accepted == 4
        assert desk.of_port() == ["PortOpened"]


async def test_a_gateway_with_one_connection_is_given_time_to_notice() -> None:
    """It resets new connections while it still holds the old one, until it sees that nobody is there any more."""
    line = TcpLine(truthful, most=1, notices_after_s=0.3)
    async with desk_at(line) as desk:
        assert (await desk.bus.transact(9, ASK, timeout_s=0.05)).kind == "no_reply"
        await until(lambda: line.accepted == 2)
        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))


async def test_a_connection_that_cannot_be_made_anew_is_a_port_that_is_lost() -> None:
    """Once within seconds, with the cause; and it is found again."""
    async with desk_at(TcpLine(truthful)) as desk:
        desk.line.deafen()
        assert (await desk.bus.transact(9, ASK, timeout_s=0.05)).kind == "no_reply"
        waiting = asyncio.create_task(desk.bus.transact(3, ASK))
        assert (await asyncio.wait_for(waiting, 10)).kind == "port_lost"
        [lost] = [event for event in desk.said if isinstance(event, PortLost)]
        assert f"127.0.0.1 has nobody listening at port {desk.line.port}" in lost.error
        assert desk.bus.quarantined_until(3) is None

        desk.line.plug()
        await asyncio.wait_for(desk.bus.opened.wait(), 10)
        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert desk.of_port() == ["PortOpened", "PortLost", "PortOpened"]


@pytest.mark.parametrize("reset", [False, True])
async def test_a_peer_that_hangs_up_ends_the_transaction_at_once(*, reset: bool) -> None:
    """Politely or not: nobody waits for the timeout."""
    async with desk_at(TcpLine(truthful)) as desk:
        asking = asyncio.create_task(desk.bus.transact(9, ASK, timeout_s=60))
        await until(lambda: desk.line.heard)
        desk.line.hang_up(desk.line.connections[0], reset=reset)

        assert (await asyncio.wait_for(asking, 5)).kind == "port_lost"
        await asyncio.wait_for(desk.bus.opened.wait(), 5)
        assert await desk.ask(3) == bytes((0, 3, 0, 0x10))
        assert desk.of_port() == ["PortOpened", "PortLost", "PortOpened"]


async def test_a_peer_that_hangs_up_at_once_is_not_tried_without_a_pause() -> None:
    """Each try is said, so there must be few."""
    line = TcpLine(truthful, most=0)
    line.plug()
    desk = Desk(line)
    running = asyncio.create_task(desk.bus.run())
    await asyncio.sleep(1.0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    line.unplug()

    tries = [event for event in desk.said if isinstance(event, PortOpened | PortOpenFailed)]
    assert 2 <= len(tries) <= 6


async def test_what_cannot_be_connected_to_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens, nobody has that name, nobody answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        number = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", number))
        monkeypatch.setattr("rtu_agent.bus.tcp_port.CONNECT_S", 0.2)
        with pytest.raises(PortError, match=r"nobody answers at 127\.0\.0\.1 within 3 s; is it on, and the address"):
            await TcpPort(f"rtu+tcp://127.0.0.1:{number}").open(lambda _: None, lambda _: None)
        for filler in fillers:
            filler.close()
    monkeypatch.undo()
    with pytest.raises(PortError, match=rf"127\.0\.0\.1 has nobody listening at port {number}; is its TCP server on"):
        await TcpPort(f"rtu+tcp://127.0.0.1:{number}").open(lambda _: None, lambda _: None)
    with pytest.raises(PortError, match=r"the host name no-such-host\.invalid is not known"):
        await TcpPort("rtu+tcp://no-such-host.invalid:4001").open(lambda _: None, lambda _: None)


async def test_a_deadline_that_is_judged_late_is_judged_with_all_bytes() -> None:
    """The reply lies in the system's buffer while the loop is held up beyond the deadline."""
    async with desk_at(TcpLine(truthful)) as desk:
        listener = asyncio.get_running_loop()
        asking = asyncio.create_task(desk.bus.transact(9, ASK, timeout_s=0.05))
        await until(lambda: desk.line.heard)
        [connection] = desk.line.connections

        def hold_up() -> None:
            connection.send(reply_to(desk.line.heard[0]))
            deadline = listener.time() + 0.3
            while listener.time() < deadline:
                pass

        listener.call_soon(hold_up)
        assert (await asking).kind == "good"


async def test_transactions_are_told_as_on_a_wire() -> None:
    """One event each, with the bytes of the frames."""
    async with desk_at(TcpLine(truthful)) as desk:
        await desk.ask(1)

        [event] = [event for event in desk.said if isinstance(event, TransactionFinished)]
        assert (event.unit, event.outcome, event.sent_bytes, event.received_bytes) == (1, "good", 8, 9)


@pytest.mark.parametrize("name", ["/dev/ttyUSB0", "tcp://plc:502"])
async def test_a_name_of_another_form_is_refused(name: str) -> None:
    """Whoever makes a port by hand hears of it at once."""
    with pytest.raises(ValueError, match=r"is not of the form rtu\+tcp://host:port"):
        TcpPort(name)
