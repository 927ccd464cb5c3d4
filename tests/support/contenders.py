"""Masters that read simulated buses under faults, each as its documentation says, and what their values are worth."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import minimalmodbus
from pymodbus.client import AsyncModbusSerialClient, ModbusSerialClient

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.registers import Table
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.errors import UnitQuarantined
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.journal import Journal
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from rtu_agent.simulator.truth import TruthImage
from rtu_agent.simulator.wire import TURNAROUND_S
from support.fault_table import TIMEOUT_S

LINE = LineSettings(19_200)
UNITS = (1, 1, 2)
ASKS = (*(ReadRequest(Table.HOLDING, 0, 4),) * 4, ReadRequest(Table.HOLDING, 4, 4), ReadRequest(Table.INPUT, 0, 4))
PATIENCE_S = 0.05
"""What a caller that gives up waits; the units need longer."""
_HANGS_S = 30.0

Data = bytes | None
"""What a read returned as good, or None for an error."""


@dataclass
class Score:
    """What a master returned."""

    good: int = 0
    wrong: int = 0
    errors: int = 0
    hangs: bool = False

    def __str__(self) -> str:
        return f"{self.good}/{self.wrong}/{self.errors}{' hangs' if self.hangs else ''}"


class Judge:
    """Decides when a master has read enough, what it reads, and what its values are worth."""

    def __init__(self, journal: Journal, score: Score, until_s: float, reads: int | None) -> None:
        self._journal = journal
        self._score = score
        self._until_s = until_s
        self._reads = reads
        self._random = Random("questions")

    def questions(self) -> Iterator[tuple[int, ReadRequest]]:
        """Yield units and requests until it is enough."""
        asked = 0
        while time.monotonic() < self._until_s and (self._reads is None or asked <= self._reads):
            asked += 1
            if self._reads is None:
                yield self._random.choice(UNITS), self._random.choice(ASKS)
            else:
                yield UNITS[0], ASKS[0]

    def judge(self, unit: int, request: ReadRequest, since_s: float, data: Data) -> None:
        """Count what one read returned."""
        if data is None:
            self._score.errors += 1
        elif self._journal.holds(frame(unit, request.encode()), data, since_s, time.monotonic()):
            self._score.good += 1
        else:
            self._score.wrong += 1


Contender = Callable[[str, Judge, float | None], None]
"""Takes the port, the judge, and how long a caller waits before it gives up (None: as long as it takes)."""


def _words(registers: list[int]) -> bytes:
    return b"".join(word.to_bytes(2, "big") for word in registers)


async def _ask_all(judge: Judge, read: Callable[[int, ReadRequest], Awaitable[Data]], patience_s: float | None) -> None:
    for unit, request in judge.questions():
        since_s = time.monotonic()
        data: Data = None
        with suppress(Exception):
            data = await asyncio.wait_for(read(unit, request), patience_s)
        judge.judge(unit, request, since_s, data)
        await asyncio.sleep(0)


def this_agent(port: str, judge: Judge, patience_s: float | None) -> None:
    """The agent's own bus. A unit that may still answer an earlier request is waited for, not asked."""

    async def go() -> None:
        master = Master("b", LINE, timeout_s=TIMEOUT_S)
        bus = Bus("b", master, SerialPort(port, LINE, paced=True), lambda _: None, SystemClock())
        running = asyncio.create_task(bus.run())

        async def read(unit: int, request: ReadRequest) -> Data:
            await bus.opened.wait()
            while True:
                try:
                    outcome = await bus.transact(unit, request)
                except UnitQuarantined:
                    await asyncio.sleep(0.01)
                else:
                    return outcome.payload if outcome.good else None

        await bus.opened.wait()
        await _ask_all(judge, read, patience_s)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(go())


def pymodbus_async(retries: int) -> Contender:
    """Return its asyncio client."""

    def go(port: str, judge: Judge, patience_s: float | None) -> None:
        async def ask() -> None:
            client = AsyncModbusSerialClient(port, baudrate=LINE.baudrate, timeout=TIMEOUT_S, retries=retries)
            await client.connect()

            async def read(unit: int, request: ReadRequest) -> Data:
                call = client.read_holding_registers if request.table is Table.HOLDING else client.read_input_registers
                response = await call(request.address, count=request.count, device_id=unit)
                return None if response.isError() else _words(response.registers)

            await _ask_all(judge, read, patience_s)
            client.close()

        asyncio.run(ask())

    return go


def pymodbus_sync(retries: int) -> Contender:
    """Return its blocking client."""

    def go(port: str, judge: Judge, _: float | None) -> None:
        client = ModbusSerialClient(port, baudrate=LINE.baudrate, timeout=TIMEOUT_S, retries=retries)
        client.connect()
        for unit, request in judge.questions():
            since_s = time.monotonic()
            data: Data = None
            with suppress(Exception):
                call = client.read_holding_registers if request.table is Table.HOLDING else client.read_input_registers
                response = call(request.address, count=request.count, device_id=unit)
                data = None if response.isError() else _words(response.registers)
            judge.judge(unit, request, since_s, data)
        client.close()

    return go


def minimalmodbus_(port: str, judge: Judge, _: float | None) -> None:
    """Read with one instrument for each unit, on one port, as its documentation shows."""
    instruments: dict[int, minimalmodbus.Instrument] = {}
    for unit in set(UNITS):
        instruments[unit] = minimalmodbus.Instrument(port, unit)
        instruments[unit].serial.baudrate = LINE.baudrate
        instruments[unit].serial.timeout = TIMEOUT_S
    for unit, request in judge.questions():
        since_s = time.monotonic()
        data: Data = None
        with suppress(Exception):
            data = _words(instruments[unit].read_registers(request.address, request.count, request.function))
        judge.judge(unit, request, since_s, data)
    with suppress(Exception):
        instruments[UNITS[0]].serial.close()


CONTENDERS: Mapping[str, Contender] = {
    "this agent": this_agent,
    "pymodbus async": pymodbus_async(3),
    "pymodbus async, retries=0": pymodbus_async(0),
    "pymodbus sync": pymodbus_sync(3),
    "pymodbus sync, retries=0": pymodbus_sync(0),
    "minimalmodbus": minimalmodbus_,
}


def contend(spec: str, seconds: float) -> dict[str, Score]:
    """Let all masters read under a fault for some seconds; return their scores."""
    return _contend([spec], CONTENDERS, seconds, None, None)


def after_one_late_reply(reads: int) -> dict[str, Score]:
    """Let all masters read one unit whose first reply takes 1.5 timeouts; return the scores of it and what follows.

    The unit thinks for 20 ms, as many do, so that its replies do not collide with requests that come too early.
    """
    return _contend([f"queued:by={1500 * TIMEOUT_S:.0f}ms"], CONTENDERS, 20.0, reads, None, turnaround_s=0.02)


def with_impatient_callers(seconds: float) -> dict[str, Score]:
    """Let callers give up before the units have answered; only masters of coroutines can be left like that."""
    masters = {name: CONTENDERS[name] for name in ("this agent", "pymodbus async", "pymodbus async, retries=0")}
    return _contend(["slow:by=80ms,p=0.5"], masters, seconds, None, PATIENCE_S)


def _contend(
    specs: list[str],
    masters: Mapping[str, Contender],
    seconds: float,
    reads: int | None,
    patience_s: float | None,
    turnaround_s: float = TURNAROUND_S,
) -> dict[str, Score]:
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL + 1)
    plans = {name: FaultPlan.of(*specs, seed="compare") for name in masters}
    journals = {name: Journal() for name in masters}
    scores = {name: Score() for name in masters}
    buses = [
        SimulatedBus(
            name,
            LINE,
            {},
            turnaround_s=turnaround_s,
            images={unit: TruthImage(unit) for unit in set(UNITS)},
            faults=plans[name],
            journal=journals[name].add,
        )
        for name in masters
    ]
    with simulated_site(buses) as ports, contextlib.redirect_stdout(None):
        until_s = time.monotonic() + seconds
        threads = {}
        for name, master in masters.items():
            judge = Judge(journals[name], scores[name], until_s, reads)
            threads[name] = threading.Thread(target=master, args=(ports[name], judge, patience_s), daemon=True)
            threads[name].start()
        if reads is not None:
            _stop_after_the_first(plans, journals, until_s)
        for name, thread in threads.items():
            thread.join(max(0.0, until_s - time.monotonic()) + _HANGS_S)
            scores[name].hangs = thread.is_alive()
    return scores


def _stop_after_the_first(plans: Mapping[str, FaultPlan], journals: Mapping[str, Journal], until_s: float) -> None:
    """Let only the first request of each master be struck."""
    waiting = set(plans)
    while waiting and time.monotonic() < until_s:
        time.sleep(0.005)
        for name in [name for name in waiting if len(journals[name])]:
            plans[name].stop()
            waiting.remove(name)
