"""Drivers with pages, scripts and discoveries are polled for real, on a pseudo terminal."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record
from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Points,
    Read,
    Script,
    Write,
    derived,
    discover,
    script,
    u16,
    variants_by,
)
from rtu_agent.events import (
    DeviceRecognised,
    DriverFailed,
    DriverQuarantined,
    DriverRecovered,
    Event,
    IdentityMismatched,
    PollFinished,
    PollSkipped,
    Watchers,
)
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import jobs_of, polled_device
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.schedule import Schedule
from rtu_agent.poll.trust import FAILURES
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.timing import LineSettings
from support.pty_line import PtyLine
from support.register_slaves import IDENTIFY, READ, WRITE, RegisterSlaves

LINE = LineSettings(115200)
PAGE, VALUE = 0x0100, 0x0200
_Event = TypeVar("_Event", bound=Event)


class Plain(Driver, table="holding"):
    """A neighbour that is polled very often."""

    name = "test.plain"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)


class Paged(Driver, table="holding"):
    """One address, two pages."""

    name = "test.paged"
    kind = "kind"

    plain = u16(0, group="fast", vendor_specific=True)
    first = u16(VALUE, group="fast", vendor_specific=True, page=(PAGE, 1))
    second = u16(VALUE, group="fast", vendor_specific=True, page=(PAGE, 2))


class Latched(Driver, table="holding"):
    """Its first request ever is a write."""

    name = "test.latched"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)
    other = u16(1, group="normal", vendor_specific=True)

    @script("fast", writes=True)
    def latched(self, points: Points) -> Script:
        """Latch, then read."""
        yield Write(PAGE, 1)
        yield from points


class Moody(Driver, table="holding"):
    """Its script raises when the device says so."""

    name = "test.moody"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)

    @script("fast")
    def read(self, points: Points) -> Script:
        """Raise, or read."""
        (mood,) = yield Read("holding", 1)
        if mood:
            raise ZeroDivisionError
        yield from points


class Big(Plain):
    """Has more than the other, and in another group."""

    name = "test.big"

    more = u16(9, group="normal", vendor_specific=True)


class Various(Plain):
    """Is big, or plain."""

    name = "test.various"

    _model = u16(5)
    variants = variants_by(_model, {7: Big})


class Found(Driver, table="holding"):
    """Finds out where its points are, or returns rubbish."""

    name = "test.found"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)

    @discover
    def find(self) -> Discovery:
        """Look where the points begin."""
        (start,) = yield Read("holding", 5)
        return Found.at(start) if start else "rubbish"  # type: ignore[return-value]


class Proven(Plain):
    """Must say two things."""

    name = "test.proven"

    _model = u16(5)
    identity = {_model: [7, 8], "vendor_name": "Acme"}


class Endless(Driver, table="holding"):
    """Its script never ends."""

    name = "test.endless"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)

    @script("fast")
    def read(self, points: Points) -> Script:
        """Read on and on."""
        yield from points
        while True:
            yield Read("holding", 0)


class Slow(Driver, table="holding"):
    """Computes for too long."""

    name = "test.slow"
    kind = "kind"

    it = u16(0, group="fast", vendor_specific=True)

    @derived(vendor_specific=True)
    def late(self, it: float) -> float:
        """Hold up everybody."""
        import time  # noqa: PLC0415 - as bad a driver as can be

        time.sleep(0.06)
        return it


class World:
    """Units with registers, a bus, a poller, and everything they said."""

    def __init__(self, path: Path, slaves: RegisterSlaves, drivers: dict[int, type[Driver]]) -> None:
        self.slaves = slaves
        self.said: list[Event] = []
        self.records: list[Record] = []
        self.remarks: list[str] = []
        self.line = PtyLine(path, slaves)
        clock = SystemClock()
        self.devices = {
            unit: polled_device(
                f"d{unit}", unit, driver, LINE, {"site": "s", "bus": "b", "device": f"d{unit}"}, writes=True
            )
            for unit, driver in drivers.items()
        }
        patience = Patience(0.1)
        master = Master("b", LINE, timeout_s=0.1, paced=False, late_window_s=0.1, writable=frozenset(drivers))
        self.bus = Bus("b", master, SerialPort(str(path), LINE), Watchers(patience, self.said.append), clock)
        periods = {"fast": 0.05, "normal": 0.05, "slow": 0.2, "once": 0.0}
        jobs = [job for device in self.devices.values() for job in jobs_of(device, periods)]
        schedule = Schedule(jobs, clock.monotonic())
        asker = Asker(self.bus, patience, clock)
        self.poller = Poller(asker, self.devices.values(), schedule, self.said.append, self._accept, clock)
        self.polling: asyncio.Task[None] | None = None

    def _accept(self, record: Record) -> None:
        if record.series.measurement == "modbus_event":
            self.remarks.append(str(record.values[0]))
        else:
            self.records.append(record)

    def of(self, unit: int) -> PolledDevice:
        """Return a device."""
        return self.devices[unit]

    def good(self, unit: int) -> list[Record]:
        """Return the records of a device that have values."""
        return [record for record in self.records if record.series.device == f"d{unit}" and record.values]

    def heard(self, kind: type[_Event]) -> list[_Event]:
        """Return the events of one class."""
        return [event for event in self.said if isinstance(event, kind)]

    def outcomes(self, unit: int) -> list[str]:
        """Return how the polls of a device ended."""
        return [event.outcome for event in self.heard(PollFinished) if event.device == f"d{unit}"]

    def skipped(self, unit: int) -> Counter[str]:
        """Return how many polls of a device were skipped, by reason."""
        return Counter(event.reason for event in self.heard(PollSkipped) if event.device == f"d{unit}")


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """Run the bus and its poller; the poller ends first, as in the agent."""
    world.line.plug()
    bus, poller = asyncio.create_task(world.bus.run()), asyncio.create_task(world.poller.run())
    try:
        yield
        assert not bus.done()
        assert not poller.done(), poller
    finally:
        for task in (poller, bus):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        world.line.unplug()


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_pages_are_read_unbroken_and_left_as_found(tmp_path: Path) -> None:
    """Whoever else is polled, nobody comes between the first step of a page and the last of the next one."""
    slaves = RegisterSlaves({1: {0: 5, PAGE: 9, VALUE: 42}, 2: {0: 6}})
    world = World(tmp_path / "port", slaves, {1: Paged, 2: Plain})

    async with running(world):
        await until(lambda: len(world.good(1)) > 2 and len(world.good(2)) > 2)

    unit = [(1, READ, 0, 1)]
    for page in (1, 2):
        unit += [(1, READ, PAGE, 1), (1, WRITE, PAGE, page), (1, READ, VALUE, 1), (1, WRITE, PAGE, 9)]
    first = slaves.steps.index((1, READ, 0, 1))
    assert slaves.steps[first : first + 9] == unit
    assert world.good(1)[0].values == (5.0, 42.0, 42.0)
    assert set(world.outcomes(1)) == {"good"}
    assert slaves.words[1][PAGE] == 9


async def test_a_page_is_put_back_when_a_silent_device_is_there_again(tmp_path: Path) -> None:
    """Before it is asked for anything but whether it is there."""
    slaves = RegisterSlaves({1: {0: 5, PAGE: 9, VALUE: 42}})
    slaves.silent = lambda _: slaves.words[1][PAGE] == 2
    world = World(tmp_path / "port", slaves, {1: Paged})

    async with running(world):
        await until(lambda: "no_reply" in world.outcomes(1))
        assert slaves.words[1][PAGE] == 2
        assert world.of(1).owed == {("holding", PAGE): 9}
        slaves.silent = lambda _: False
        slaves.steps.clear()
        await until(lambda: (1, WRITE, PAGE, 9) in slaves.steps)
        before = slaves.steps[: slaves.steps.index((1, WRITE, PAGE, 9))]
        assert {step[1] for step in before} <= {READ}
        assert (1, READ, PAGE, 1) not in before
        await until(lambda: len(world.good(1)) > 0 and not world.of(1).owed)

    assert slaves.words[1][PAGE] == 9


async def test_a_page_is_put_back_when_a_lost_port_is_there_again(tmp_path: Path) -> None:
    """At once, and not at the next tick."""
    slaves = RegisterSlaves({1: {0: 5, PAGE: 9, VALUE: 42}})
    world = World(tmp_path / "port", slaves, {1: Paged})
    pulled = asyncio.Event()

    def pull(step: tuple[int, int, int, int]) -> bool:
        if step[2] == VALUE and not pulled.is_set():
            pulled.set()
            asyncio.get_running_loop().call_soon(world.line.unplug)
            return True
        return False

    slaves.silent = pull
    async with running(world):
        await until(lambda: "port_lost" in world.outcomes(1) or "no_reply" in world.outcomes(1))
        assert slaves.words[1][PAGE] == 1
        slaves.steps.clear()
        world.line.plug()
        await until(lambda: not world.of(1).owed and len(world.good(1)) > 0)

    writes = [step for step in slaves.steps if step[1] == WRITE]
    assert writes[0] == (1, WRITE, PAGE, 9)
    assert slaves.words[1][PAGE] == 9


async def test_a_poll_that_is_cancelled_puts_its_page_back(tmp_path: Path) -> None:
    """While it waits for the reply to a read on the page."""
    slaves = RegisterSlaves({1: {0: 5, PAGE: 9, VALUE: 42}})
    world = World(tmp_path / "port", slaves, {1: Paged})
    async with running(world):
        await until(lambda: slaves.words[1][PAGE] == 2)

    assert slaves.words[1][PAGE] == 9


async def test_a_script_may_begin_with_a_write(tmp_path: Path) -> None:
    """A bus whose adapter may echo is read first; the other group is read without the script."""
    slaves = RegisterSlaves({1: {0: 5, 1: 6, PAGE: 0}})
    world = World(tmp_path / "port", slaves, {1: Latched})

    async with running(world):
        await until(lambda: len(world.good(1)) > 4)

    assert set(world.outcomes(1)) == {"good"}
    assert {record.values for record in world.good(1)} == {(5.0,), (6.0,)}
    latches = [place for place, step in enumerate(slaves.steps) if step[1] == WRITE]
    assert all(slaves.steps[place + 1] == (1, READ, 0, 1) for place in latches[:-1])


async def test_a_driver_that_fails_again_and_again_rests(tmp_path: Path) -> None:
    """It is said once, its polls are skipped and counted, its neighbour is polled as ever, and healing is said once."""
    slaves = RegisterSlaves({1: {0: 5, 1: 1}, 2: {0: 6}})
    world = World(tmp_path / "port", slaves, {1: Moody, 2: Plain})

    async with running(world):
        await until(lambda: world.skipped(1)["driver"] > 3)
        assert world.outcomes(1) == ["driver_failed"] * FAILURES
        asked, neighbour = len(slaves.of(1)), len(world.good(2))
        await until(lambda: len(world.good(2)) > neighbour + 5)
        assert len(slaves.of(1)) == asked
        slaves.words[1][1] = 0
        world.of(1).trust.wait(0.0)
        await until(lambda: len(world.good(1)) > 2)

    [quarantined] = world.heard(DriverQuarantined)
    assert (quarantined.device, quarantined.driver, quarantined.pause_s) == ("d1", "test.moody", 10.0)
    assert len(world.heard(DriverFailed)) == FAILURES
    assert len(world.heard(DriverRecovered)) == 1
    assert set(world.outcomes(2)) == {"good"}


async def test_a_script_that_does_not_end_rests_at_once(tmp_path: Path) -> None:
    """It holds the bus for hundreds of steps, and would do so again."""
    slaves = RegisterSlaves({1: {0: 5}, 2: {0: 6}})
    world = World(tmp_path / "port", slaves, {1: Endless, 2: Plain})

    async with running(world):
        await until(lambda: world.skipped(1)["driver"] > 1 and len(world.outcomes(2)) > 1)

    assert world.outcomes(1) == ["driver_failed"]
    assert "has not ended" in world.heard(DriverQuarantined)[0].error
    assert set(world.outcomes(2)) == {"good"}


async def test_a_driver_that_computes_for_too_long_rests(tmp_path: Path) -> None:
    """What it has computed is stored."""
    slaves = RegisterSlaves({1: {0: 5}})
    world = World(tmp_path / "port", slaves, {1: Slow})

    async with running(world):
        await until(lambda: world.skipped(1)["driver"] > 1)

    assert world.outcomes(1) == ["good"] * FAILURES
    assert world.good(1)[0].values == (5.0, 5.0)
    assert "computes for" in world.heard(DriverQuarantined)[0].error


async def test_a_device_becomes_the_variant_that_it_says_it_is(tmp_path: Path) -> None:
    """Nothing is asked before that; all groups of the variant are polled, and it is asked again after an absence."""
    slaves = RegisterSlaves({1: {0: 5, 5: 7, 9: 8}})
    world = World(tmp_path / "port", slaves, {1: Various})

    async with running(world):
        await until(lambda: {field.name for r in world.good(1) for field in r.series.fields} == {"it", "more"})
        assert slaves.steps[0] == (1, READ, 5, 1)
        assert slaves.of(1).count((1, READ, 5, 1)) == 1
        slaves.silent = lambda _: True
        await until(lambda: "offline: no_reply" in world.remarks)
        slaves.words[1][5] = 0
        slaves.silent = lambda _: False
        slaves.steps.clear()
        await until(lambda: world.of(1).health.online and world.of(1).met)
        polls = len(world.outcomes(1))
        await until(lambda: len(world.outcomes(1)) > polls + 5)

    again = slaves.steps.index((1, READ, 5, 1))
    assert not any(step[2] == 9 for step in slaves.steps[again:])
    assert world.of(1).plans.groups == ("fast",)
    recognised = [(event.driver, event.groups) for event in world.heard(DeviceRecognised)]
    assert recognised == [("test.big", ("fast", "normal")), ("test.various", ("fast",))]


async def test_a_discovery_that_returns_rubbish_is_tried_again_later(tmp_path: Path) -> None:
    """Until then nothing but the discovery is asked, and every poll is accounted for."""
    slaves = RegisterSlaves({1: {5: 0, 0x40: 77}})
    world = World(tmp_path / "port", slaves, {1: Found})

    async with running(world):
        await until(lambda: world.skipped(1)["driver"] > 3)
        assert {step[1:] for step in slaves.steps} == {(READ, 5, 1)}
        assert world.outcomes(1) == ["driver_failed"]
        slaves.words[1][5] = 0x40
        world.of(1).trust.wait(0.0)
        await until(lambda: len(world.good(1)) > 1)

    assert world.good(1)[0].values == (77.0,)
    assert "a str, which is no driver" in world.heard(DriverQuarantined)[0].error
    assert len(world.heard(DriverRecovered)) == 1


async def test_a_device_that_cannot_say_who_it_is_is_polled(tmp_path: Path) -> None:
    """It is asked nevertheless, and contradicts nothing."""
    slaves = RegisterSlaves({1: {0: 5}})
    world = World(tmp_path / "port", slaves, {1: Proven})

    async with running(world):
        await until(lambda: len(world.good(1)) > 1)

    assert [step[1:3] for step in slaves.steps[:3]] == [(READ, 5), (IDENTIFY, 0x0E04), (READ, 0)]
    assert world.heard(IdentityMismatched) == []


async def test_another_device_than_the_one_meant_is_not_stored(tmp_path: Path) -> None:
    """It is said once, in the log and beside the values, and again when it is the right one."""
    slaves = RegisterSlaves({1: {0: 5, 5: 8}}, {1: "Other"})
    world = World(tmp_path / "port", slaves, {1: Proven})

    async with running(world):
        await until(lambda: world.skipped(1)["driver"] > 1)
        world.of(1).trust.wait(0.0)
        await until(lambda: len(world.outcomes(1)) == 2)
        assert world.good(1) == []
        slaves.vendors[1] = "Acme Inc."
        world.of(1).trust.wait(0.0)
        await until(lambda: len(world.good(1)) > 0)

    wrong, right = world.heard(IdentityMismatched)
    assert (wrong.said, right.said) == ("vendor_name is 'Other', and should be 'Acme'", "")
    assert world.remarks == [f"mismatch: {wrong.said}", "good"]
    assert world.records[0].quality is RecordQuality.NO_ANSWER
    assert world.heard(DriverFailed) == []
