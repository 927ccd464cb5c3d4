"""A serial port tells bytes from their absence, and its end from a pause."""

import asyncio
import select
from pathlib import Path

import pytest

from rtu_agent.bus.port import SerialPort
from rtu_agent.bus.port_error import PortError
from rtu_agent.protocol.timing import LineSettings
from support.pty_line import PtyLine


async def test_bytes_taken_early_are_not_the_end(tmp_path: Path) -> None:
    """A wake-up whose bytes were already taken by `read_pending` finds nothing, and that is no hang-up."""
    line = PtyLine(tmp_path / "port", lambda _: [])
    line.plug()
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
    line.unplug()
    await asyncio.sleep(0.05)
    assert len(lost) == 1
    assert port.read_pending() == b""


async def test_pseudo_terminals_have_no_pace(tmp_path: Path) -> None:
    """Their bytes take no time, so no reply can be too early."""
    line = PtyLine(tmp_path / "port", lambda _: [])
    line.plug()

    assert not SerialPort(str(line.path), LineSettings()).paced
    assert SerialPort("/dev/ttyUSB0", LineSettings()).paced
    assert SerialPort(str(line.path), LineSettings(), paced=True).paced
    line.unplug()


async def test_writing_to_a_closed_port_is_told(tmp_path: Path) -> None:
    """A write that cannot be made ends the port, once, and raises nothing."""
    line = PtyLine(tmp_path / "port", lambda _: [])
    line.plug()
    port = SerialPort(str(line.path), LineSettings())
    lost: list[str] = []
    await port.open(lambda _: None, lost.append)
    line.unplug()

    port.write(b"\x01")

    assert len(lost) == 1
    port.close()


async def test_something_that_is_no_port(tmp_path: Path) -> None:
    """A plain file cannot be a bus."""
    path = tmp_path / "file"
    path.write_text("")

    with pytest.raises(PortError, match="file"):
        await SerialPort(str(path), LineSettings()).open(lambda _: None, lambda _: None)
