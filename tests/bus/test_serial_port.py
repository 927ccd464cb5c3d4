"""A serial port tells bytes from their absence, and its end from a pause."""

import asyncio
import random
import select
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.protocol.timing import LineSettings
from support.pty_line import PtyLine


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[PtyLine]:
    """Give a line that is plugged in."""
    line = PtyLine(tmp_path / "port", lambda _: [])
    line.plug()
    yield line
    line.unplug()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_bytes_taken_early_are_not_the_end(line: PtyLine) -> None:
    """A wake-up whose bytes were already taken by `read_pending` finds nothing, and that is no hang-up."""
    port = SerialPort(str(line.path), LineSettings())
    lost: list[str] = []
    taken: list[bytes] = []
    await port.open(taken.append, lost.append)

    def take_before_the_loop_does() -> None:
        line.send(b"\x01")
        with line.path.open("rb", buffering=0) as same_terminal:
            assert select.select([same_terminal], [], [], 5)[0]
        asyncio.get_running_loop().call_soon(lambda: taken.append(port.read_pending()))

    asyncio.get_running_loop().call_soon(take_before_the_loop_does)
    await asyncio.sleep(0.05)

    assert taken == [b"\x01"]
    assert lost == []
    port.close()


async def test_what_has_arrived_can_be_had_while_the_loop_stands_still(kind: type[SerialPort], line: PtyLine) -> None:
    """A deadline that is judged late is judged with all bytes, and none of them comes a second time."""
    port = kind(str(line.path), LineSettings())
    heard: list[bytes] = []
    await port.open(heard.append, heard.append)
    taken = b""

    line.send(b"\x01\x02\x03")
    deadline = time.monotonic() + 10
    while len(taken) < 3:
        taken += port.read_pending()
        assert time.monotonic() < deadline
    await asyncio.sleep(0.05)

    assert taken == b"\x01\x02\x03"
    assert heard == []
    port.close()


async def test_no_byte_is_lost_or_out_of_order(kind: type[SerialPort], line: PtyLine) -> None:
    """Whoever fetches, the loop or `read_pending`: together it is what was sent, in the order in which it was sent."""
    port = kind(str(line.path), LineSettings())
    heard = bytearray()
    lost: list[str] = []
    await port.open(heard.extend, lost.append)
    sent = random.Random(1).randbytes(30_000)

    def send() -> None:
        for at in range(0, len(sent), 100):
            while at - len(heard) > 1000 and not lost:  # a pseudo terminal holds 4096 bytes
                time.sleep(0.0005)
            line.send(sent[at : at + 100])

    sending = asyncio.create_task(asyncio.to_thread(send))
    async with asyncio.timeout(30):
        while len(heard) < len(sent) and not lost:
            heard += port.read_pending()
            await asyncio.sleep(0)
    await sending

    assert bytes(heard) == sent
    assert lost == []
    port.close()


async def test_what_came_before_the_end_is_heard_before_it(kind: type[SerialPort], line: PtyLine) -> None:
    """The end is told once and last, and a port that is lost has nothing to give and takes nothing."""
    port = kind(str(line.path), LineSettings())
    said: list[bytes | str] = []
    await port.open(said.append, said.append)

    line.send(b"\x01")
    await until(lambda: said)
    line.unplug()
    await until(lambda: len(said) == 2)
    port.write(b"\x02")
    await asyncio.sleep(0.05)

    assert said[0] == b"\x01"
    assert isinstance(said[1], str)
    assert len(said) == 2
    assert port.read_pending() == b""


async def test_a_port_is_opened_again_and_again(kind: type[SerialPort], line: PtyLine) -> None:
    """Nothing of an earlier opening is heard in a later one, and closing twice is harmless."""
    port = kind(str(line.path), LineSettings())
    for round_ in range(20):
        heard: list[bytes] = []
        await port.open(heard.append, lambda _: None)
        port.write(bytes((round_,)))
        line.send(bytes((round_,)))
        await until(lambda heard=heard: heard)
        await until(lambda round_=round_: b"".join(line.heard)[-1:] == bytes((round_,)))
        port.close()
        port.close()
        assert heard == [bytes((round_,))]
    assert b"".join(line.heard) == bytes(range(20))


async def test_pseudo_terminals_have_no_pace(kind: type[SerialPort], line: PtyLine) -> None:
    """Their bytes take no time, so no reply can be too early."""
    assert not kind(str(line.path), LineSettings()).paced
    assert kind("/dev/ttyUSB0", LineSettings()).paced
    assert kind(str(line.path), LineSettings(), paced=True).paced


async def test_writing_to_a_closed_port_is_told(kind: type[SerialPort], line: PtyLine) -> None:
    """A write that cannot be made ends the port, once, and raises nothing."""
    port = kind(str(line.path), LineSettings())
    lost: list[str] = []
    await port.open(lambda _: None, lost.append)
    line.unplug()

    port.write(b"\x01")
    await until(lambda: lost)
    await asyncio.sleep(0.05)

    assert len(lost) == 1
    port.close()


async def test_something_that_is_no_port(kind: type[SerialPort], tmp_path: Path) -> None:
    """A plain file cannot be a bus."""
    path = tmp_path / "file"
    path.write_text("")

    with pytest.raises(PortError, match="file"):
        await kind(str(path), LineSettings()).open(lambda _: None, lambda _: None)
