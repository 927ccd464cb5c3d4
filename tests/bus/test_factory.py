"""What a site writes at `port` decides what serves the bus, and nothing that Windows lacks is needed on the way."""

import subprocess
import sys

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.factory import Backend, make_bus, make_port, make_simulated_bus
from rtu_agent.bus.modbus_tcp import ModbusTcpBus
from rtu_agent.bus.port import Port
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.bus.serial_thread import ThreadSerialPort
from rtu_agent.bus.tcp_port import TcpPort
from rtu_agent.clock import SystemClock
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings()
WITHOUT_POSIX = """
import asyncio, os, sys
import rtu_agent.app, rtu_agent.cli.run, rtu_agent.cli.check  # what others need is loaded as on this system
for name in [name for name in sys.modules if name.startswith("rtu_agent")]:
    del sys.modules[name]
for name in ("termios", "tty", "pty", "fcntl", "resource", "pwd", "grp", "posix"):
    sys.modules[name] = None
for name in ("O_NONBLOCK", "O_CLOEXEC", "openpty", "set_blocking", "fork", "mkfifo"):
    vars(os).pop(name, None)
sys.platform = "win32"
import rtu_agent.app, rtu_agent.cli.run, rtu_agent.cli.check
from rtu_agent.bus.factory import make_port
from rtu_agent.protocol.timing import LineSettings
async def main():
    print(type(make_port("COM3", LineSettings())).__name__)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("name", "backend", "kind"),
    [
        ("/dev/ttyUSB0", "auto", SerialPort),
        ("/dev/ttyUSB0", "loop", SerialPort),
        ("/dev/ttyUSB0", "thread", ThreadSerialPort),
        ("rtu+tcp://gw:4001", "auto", TcpPort),
    ],
)
async def test_ports_by_their_names(name: str, backend: Backend, kind: type[Port]) -> None:
    """A serial port is served as wished, a gateway by a connection."""
    port = make_port(name, LINE, backend=backend)

    assert type(port) is kind
    assert port.paced is (kind is not TcpPort)
    assert make_port(name, LINE, backend=backend, paced=not port.paced).paced is not port.paced


async def test_on_windows_a_thread_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its event loop cannot."""
    monkeypatch.setattr("rtu_agent.bus.factory.sys.platform", "win32")

    assert type(make_port("COM3", LINE)) is ThreadSerialPort
    assert type(make_port("COM3", LINE, backend="loop")) is SerialPort


def test_nothing_on_the_way_needs_posix() -> None:
    """The agent is imported, and a port made, without what Windows does not have."""
    run = subprocess.run([sys.executable, "-c", WITHOUT_POSIX], capture_output=True, text=True, check=False)

    assert (run.stdout, run.returncode) == ("ThreadSerialPort\n", 0), run.stderr


@pytest.mark.parametrize(
    ("port", "kind"), [("/dev/ttyUSB0", Bus), ("rtu+tcp://gw:4001", Bus), ("tcp://plc", ModbusTcpBus)]
)
async def test_buses_by_their_ports(port: str, kind: type[object]) -> None:
    """One master of our own for RTU, pymodbus's client for Modbus TCP."""
    bus = make_bus("b", port, LINE, lambda _: None, SystemClock(), timeout_s=0.5)

    assert type(bus) is kind
    assert bus.name == "b"


async def test_a_simulated_bus_is_serial_whatever_it_stands_for() -> None:
    """And never asks a pseudo terminal for parity."""
    line = LineSettings(19200, "even")
    bus = make_simulated_bus("b", "/dev/pts/9999", line, lambda _: None, SystemClock(), timeout_s=0.5)

    assert type(bus) is Bus
