"""Clients that read the same registers again and again, each in a process of its own.

    python -m bench.kit.clients agent WISH

WISH is JSON: {"port": "/dev/pts/3", "baudrate": 9600, "stop_bits": 1, "registers": 10, "count": 50}

It prints the processor time of one transaction, the first ones and the start of the process left out.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
import tty
from collections.abc import Awaitable, Callable
from typing import Any

import minimalmodbus
from pymodbus.client import AsyncModbusSerialClient, ModbusSerialClient

from bench.kit.priority import take_priority
from rtu_agent.bus.bus import Bus
from rtu_agent.bus.factory import make_port
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings

PRIORITY = 20
"""Below that of the wires."""
WARM_UP = 5
UNIT = 1
TIMEOUT_S = 1.0


class NoAnswerError(Exception):
    """A transaction failed; a benchmark of failures would mean nothing."""


def main(client: str, wish: dict[str, Any]) -> None:
    """Read, and print what it cost."""
    take_priority(PRIORITY)
    print(json.dumps({"cpu_s": CLIENTS[client](wish)}))


async def _repeat(read: Callable[[], Awaitable[int]], wish: dict[str, Any]) -> float:
    for number in range(WARM_UP + wish["count"]):
        if number == WARM_UP:
            started = time.process_time()
        if await read() != wish["registers"]:
            raise NoAnswerError
    return (time.process_time() - started) / wish["count"]


def _repeat_blocking(read: Callable[[], int], wish: dict[str, Any]) -> float:
    for number in range(WARM_UP + wish["count"]):
        if number == WARM_UP:
            started = time.process_time()
        if read() != wish["registers"]:
            raise NoAnswerError
    return (time.process_time() - started) / wish["count"]


def _agent(wish: dict[str, Any]) -> float:
    async def run() -> float:
        line, clock = LineSettings(wish["baudrate"], "none", wish["stop_bits"]), SystemClock()
        port = make_port(wish["port"], line, paced=True)
        bus = Bus("b", Master("b", line, timeout_s=0.2), port, lambda _: None, clock)
        running = asyncio.create_task(bus.run())
        await bus.opened.wait()
        request = ReadRequest(Table.HOLDING, 0, wish["registers"])

        async def read() -> int:
            return len((await bus.transact(UNIT, request)).payload) // 2

        cost_s = await _repeat(read, wish)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return cost_s

    return asyncio.run(run())


def _pymodbus_async(wish: dict[str, Any]) -> float:
    async def run() -> float:
        client = AsyncModbusSerialClient(
            wish["port"], baudrate=wish["baudrate"], stopbits=wish["stop_bits"], timeout=TIMEOUT_S, retries=0
        )
        await client.connect()

        async def read() -> int:
            return len((await client.read_holding_registers(0, count=wish["registers"], device_id=UNIT)).registers)

        cost_s = await _repeat(read, wish)
        client.close()
        return cost_s

    return asyncio.run(run())


def _pymodbus_sync(wish: dict[str, Any]) -> float:
    client = ModbusSerialClient(
        wish["port"], baudrate=wish["baudrate"], stopbits=wish["stop_bits"], timeout=TIMEOUT_S, retries=0
    )
    client.connect()

    def read() -> int:
        return len(client.read_holding_registers(0, count=wish["registers"], device_id=UNIT).registers)

    cost_s = _repeat_blocking(read, wish)
    client.close()
    return cost_s


def _minimalmodbus(wish: dict[str, Any]) -> float:
    instrument = minimalmodbus.Instrument(wish["port"], UNIT)
    assert instrument.serial is not None
    instrument.serial.baudrate = wish["baudrate"]
    instrument.serial.stopbits = wish["stop_bits"]
    instrument.serial.timeout = TIMEOUT_S
    return _repeat_blocking(lambda: len(instrument.read_registers(0, wish["registers"])), wish)


def _busy_loop(wish: dict[str, Any]) -> float:
    """The floor: it never sleeps, judges nothing, and keeps t3.5 after the last byte that it saw."""
    line = LineSettings(wish["baudrate"], "none", wish["stop_bits"])
    request = frame(UNIT, ReadRequest(Table.HOLDING, 0, wish["registers"]).encode())
    fd = os.open(wish["port"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(fd)

    def read() -> int:
        os.write(fd, request)
        missing = 5 + 2 * wish["registers"]
        while missing:
            with contextlib.suppress(BlockingIOError):
                missing -= len(os.read(fd, missing))
        free_at = time.monotonic() + line.t35_s
        while time.monotonic() < free_at:
            pass
        return int(wish["registers"])

    cost_s = _repeat_blocking(read, wish)
    os.close(fd)
    return cost_s


CLIENTS: dict[str, Callable[[dict[str, Any]], float]] = {
    "agent": _agent,
    "pymodbus async": _pymodbus_async,
    "pymodbus sync": _pymodbus_sync,
    "minimalmodbus": _minimalmodbus,
    "busy loop": _busy_loop,
}

if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
