"""A bus on a real pseudo terminal: asking, losing the port, finding it again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtu_agent.bus.adapter import SYSTEM, Roots
from rtu_agent.bus.bus import Bus
from rtu_agent.bus.latency import latency_mend
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.events import AdapterLatencyRead, Event, PortLost, PortOpened, PortOpenFailed, TransactionFinished
from rtu_agent.protocol.errors import UnitQuarantined
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.line import words_reply
from support.pty_line import PtyLine

LINE = LineSettings(115200)
ASK = ReadRequest(Table.HOLDING, 0x10, 2)


def truthful(data: bytes) -> list[tuple[float, bytes]]:
    """Unit and address come back as the words; unit 9 is dead, unit 8 takes 0.3 s, unit 7 damages."""
    unit, address, count = data[0], int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
    reply = words_reply(unit, ReadRequest(Table.HOLDING, address, count), (unit, address)[:count])
    if unit == 9:
        return []
    if unit == 7:
        return [(0.0, reply[:-1] + b"\x00")]
    return [(0.3 if unit == 8 else 0.0, reply)]


class Desk:
    """A bus with its line and everything it said."""

    def __init__(self, path: Path, kind: type[SerialPort], roots: Roots = SYSTEM) -> None:
        self.line = PtyLine(path, truthful)
        self.said: list[Event] = []
        master = Master("b", LINE, timeout_s=0.2, paced=False)
        self.bus = Bus("b", master, kind(str(path), LINE, roots=roots), self.said.append, SystemClock())

    def kinds(self) -> list[str]:
        """Names of the events about the port, in order."""
        return [type(event).__name__ for event in self.said if not isinstance(event, TransactionFinished)]


@pytest.fixture
async def desk(tmp_path: Path, kind: type[SerialPort]) -> AsyncIterator[Desk]:
    """Yield a running bus whose port is plugged in."""
    desk = Desk(tmp_path / "port", kind)
    desk.line.plug()
    running = asyncio.create_task(desk.bus.run())
    await asyncio.wait_for(desk.bus.opened.wait(), 5)
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    desk.line.unplug()


async def test_asks_and_is_answered(desk: Desk) -> None:
    """Words come back, and one transaction is reported."""
    outcome = await desk.bus.transact(3, ASK)

    assert outcome.payload == bytes.fromhex("00030010")
    [finished] = [event for event in desk.said if isinstance(event, TransactionFinished)]
    assert (finished.unit, finished.function, finished.outcome, finished.sent_bytes) == (3, 3, "good", 8)
    assert finished.silence_s >= LINE.t35_s - 1e-9
    assert finished.held_s == finished.duration_s + finished.silence_s


async def test_many_callers_get_their_own_answers(desk: Desk) -> None:
    """Concurrent callers are served one after the other, and none gets another's words."""
    units = [1, 2, 3, 4, 5, 6] * 4

    outcomes = await asyncio.gather(*(desk.bus.transact(unit, ASK) for unit in units))

    assert [outcome.payload for outcome in outcomes] == [bytes((0, unit, 0, 0x10)) for unit in units]


async def test_a_cancelled_caller_does_not_free_the_bus(desk: Desk) -> None:
    """Its transaction runs to its end, and the next caller gets its own answer."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(desk.bus.transact(8, ASK, timeout_s=0.5), 0.05)

    outcome = await desk.bus.transact(3, ReadRequest(Table.HOLDING, 0x20, 2))

    assert outcome.payload == bytes.fromhex("00030020")
    finished = [event for event in desk.said if isinstance(event, TransactionFinished)]
    assert [(event.unit, event.outcome) for event in finished] == [(8, "good"), (3, "good")]


async def test_a_caller_that_left_the_queue_is_not_asked_for(desk: Desk) -> None:
    """What nobody waits for any more, and was not sent, is not sent."""
    first = asyncio.create_task(desk.bus.transact(3, ASK))
    second = asyncio.create_task(desk.bus.transact(4, ASK))
    await asyncio.sleep(0)
    second.cancel()

    await first
    await desk.bus.transact(5, ASK)

    assert [event.unit for event in desk.said if isinstance(event, TransactionFinished)] == [3, 5]


async def test_a_late_unit_is_quarantined_and_others_go_on(desk: Desk) -> None:
    """Back to back on a unit that answers 1.5 timeouts late: refused, until its reply has come."""
    assert (await desk.bus.transact(8, ASK)).kind == "no_reply"
    with pytest.raises(UnitQuarantined):
        await desk.bus.transact(8, ASK)

    assert (await desk.bus.transact(3, ASK)).good
    await asyncio.sleep(0.3)

    assert desk.bus.quarantined_until(8) is None
    assert "LateReplyDiscarded" in desk.kinds()


async def test_a_damaged_reply(desk: Desk) -> None:
    """It fails at once and may be asked again."""
    assert (await desk.bus.transact(7, ASK)).kind == "damaged"
    assert (await desk.bus.transact(7, ASK)).kind == "damaged"


async def test_losing_the_port_fails_the_running_transaction_at_once(desk: Desk) -> None:
    """The caller hears of it before any timeout."""
    asking = asyncio.create_task(desk.bus.transact(9, ASK, timeout_s=30))
    waiting = asyncio.create_task(desk.bus.transact(3, ASK))
    await asyncio.sleep(0.3)

    desk.line.unplug()

    assert (await asyncio.wait_for(asking, 5)).kind == "port_lost"
    assert (await asyncio.wait_for(waiting, 5)).kind == "port_lost"
    assert (await desk.bus.transact(3, ASK)).kind == "port_lost"


async def test_a_port_that_comes_back_is_used_again(desk: Desk) -> None:
    """Another terminal at the same path: found by itself, and the line is listened to before it is used."""
    desk.line.unplug()
    await asyncio.sleep(0.25)
    desk.line.plug()
    await asyncio.wait_for(desk.bus.opened.wait(), 5)

    assert (await desk.bus.transact(3, ASK)).good
    assert desk.kinds()[:2] == ["PortOpened", "PortLost"]
    assert desk.said[-2] == PortOpened("b", str(desk.line.path), reopened=True)


async def test_a_port_that_comes_back_under_another_name_is_used_again(tmp_path: Path, kind: type[SerialPort]) -> None:
    """The name that the site says is dead; the adapter is found by its link, and that is said."""
    by_id = tmp_path / "serial/by-id/usb-Maker_Model_0815-if00-port0"
    by_id.parent.mkdir(parents=True)
    by_id.symlink_to(tmp_path / "ttyUSB0")
    desk = Desk(tmp_path / "ttyUSB0", kind, Roots(dev=tmp_path))
    desk.line.plug()
    running = asyncio.create_task(desk.bus.run())
    await asyncio.wait_for(desk.bus.opened.wait(), 5)

    desk.line.unplug()
    by_id.unlink()
    by_id.symlink_to(tmp_path / "ttyUSB1")
    back = PtyLine(tmp_path / "ttyUSB1", truthful)
    back.plug()
    await asyncio.sleep(0.25)
    await asyncio.wait_for(desk.bus.opened.wait(), 5)

    assert (await desk.bus.transact(3, ASK)).good
    assert back.heard
    assert desk.said[-2] == PortOpened("b", str(tmp_path / "ttyUSB0"), reopened=True, found_at=str(back.path.resolve()))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    back.unplug()


async def test_a_missing_port_is_waited_for(tmp_path: Path, kind: type[SerialPort]) -> None:
    """A port that is not there at the start is not the end; the message says what to do."""
    desk = Desk(tmp_path / "port", kind)
    running = asyncio.create_task(desk.bus.run())
    await asyncio.sleep(0.05)
    desk.line.plug()
    await asyncio.wait_for(desk.bus.opened.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    desk.line.unplug()

    first = desk.said[0]
    assert isinstance(first, PortOpenFailed)
    assert first.error == f"{desk.line.path}: there is no such port; is the adapter plugged in?"
    assert not any(isinstance(event, PortLost) for event in desk.said)


async def test_a_port_in_use_is_said_to_be(desk: Desk, tmp_path: Path, kind: type[SerialPort]) -> None:
    """The port is opened exclusively, so that two masters never share a bus."""
    link = tmp_path / "other"
    link.symlink_to(desk.line.path.resolve())
    said: list[Event] = []
    second = Bus("c", Master("c", LINE), kind(str(link), LINE), said.append, SystemClock())
    running = asyncio.create_task(second.run())
    async with asyncio.timeout(10):
        while not said:  # noqa: ASYNC110 - a port that cannot be opened has no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert isinstance(said[0], PortOpenFailed)
    assert said[0].error == f"{link}: this agent has the port open already, for another bus"


async def test_a_slow_adapter_is_told_at_every_opening(tmp_path: Path, kind: type[SerialPort]) -> None:
    """After the port has opened, with what to do; what is said again and what not is decided by who listens."""
    desk = Desk(tmp_path / "port", kind, Roots(sys=tmp_path / "sys"))
    desk.line.plug()
    timer = tmp_path / "sys/bus/usb-serial/devices" / desk.line.path.resolve().name / "latency_timer"
    timer.parent.mkdir(parents=True)
    timer.write_text("16\n")
    running = asyncio.create_task(desk.bus.run())
    await asyncio.wait_for(desk.bus.opened.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    desk.line.unplug()

    assert desk.kinds() == ["PortOpened", "AdapterLatencyRead"]
    read = desk.said[1]
    assert isinstance(read, AdapterLatencyRead)
    assert (read.bus, read.port, read.latency_s) == ("b", str(desk.line.path), 0.016)
    assert read.mend == latency_mend(read.port, 0.016)


async def test_strays_on_an_idle_line_are_said(desk: Desk) -> None:
    """Noise that nobody asked for is counted although nobody asks."""
    desk.line.send(b"\x00\x00\x00")
    await asyncio.sleep(0.1)

    assert desk.kinds() == ["PortOpened", "NoiseDiscarded"]
