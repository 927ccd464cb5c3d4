"""From what the configuration says of a bus to the object that serves it: the only place that chooses a way."""

import sys
from collections.abc import Container
from typing import Literal

from rtu_agent.bus.address import MODBUS_TCP, network_address
from rtu_agent.bus.bus import Bus
from rtu_agent.bus.contract import AnyBus
from rtu_agent.bus.modbus_tcp import ModbusTcpBus
from rtu_agent.bus.port import Port
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.bus.serial_thread import ThreadSerialPort
from rtu_agent.bus.tcp_port import TcpPort
from rtu_agent.clock import Clock
from rtu_agent.events import Watcher
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.timing import LineSettings

Backend = Literal["auto", "loop", "thread"]
"""Who waits for a serial port: the event loop, or a thread. `auto` is the loop wherever it can."""


def make_port(
    name: str,
    line: LineSettings,
    *,
    backend: Backend = "auto",
    paced: bool | None = None,
    rs485: Rs485 | None = None,
) -> Port:
    """Return the port that carries RTU frames under this name; `paced` overrules what is usual for its kind."""
    if network_address(name) is not None:
        return TcpPort(name, paced=bool(paced))
    threaded = backend == "thread" or (backend == "auto" and sys.platform == "win32")
    return (ThreadSerialPort if threaded else SerialPort)(name, line, paced=paced, rs485=rs485)


def make_bus(
    name: str,
    port: str,
    line: LineSettings,
    watch: Watcher,
    clock: Clock,
    *,
    timeout_s: float,
    writable: Container[int] = (),
    backend: Backend = "auto",
    rs485: Rs485 | None = None,
) -> AnyBus:
    """Return the bus behind a port of any form. Made and used inside a running event loop."""
    address = network_address(port)
    if address is not None and address.scheme == MODBUS_TCP:
        return ModbusTcpBus(name, port, watch, clock, timeout_s=timeout_s, writable=writable)
    way = make_port(port, line, backend=backend, rs485=rs485)
    master = Master(name, line, timeout_s=timeout_s, paced=way.paced, writable=writable)
    return Bus(name, master, way, watch, clock)


def make_simulated_bus(
    name: str,
    port: str,
    line: LineSettings,
    watch: Watcher,
    clock: Clock,
    *,
    timeout_s: float,
    writable: Container[int] = (),
) -> AnyBus:
    """Return the bus behind a pseudo terminal of the simulator, which keeps the pace of a wire."""
    # A pseudo terminal refuses parity at the second opening; the simulated wire keeps the time of it.
    way = make_port(port, LineSettings(line.baudrate), paced=True)
    return Bus(name, Master(name, line, timeout_s=timeout_s, writable=writable), way, watch, clock)
