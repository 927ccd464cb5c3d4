"""Both ways to serve a serial port: whatever a test of this folder says of one, it says of the other."""

import threading
from collections.abc import Iterator

import pytest

from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.bus.serial_thread import ThreadSerialPort


@pytest.fixture(params=[SerialPort, ThreadSerialPort], ids=["loop", "thread"])
def kind(request: pytest.FixtureRequest) -> Iterator[type[SerialPort]]:
    """Give a class of serial ports; none of its threads may be left behind."""
    yield request.param
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(("read ", "write "))] == []
