"""Polling real bytes on a pseudo terminal: every tick meets one fate, and the silent cost the living nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from rtu_agent.bus.bus import Bus
from rtu_agent.bus.serial_port import SerialPort
from rtu_agent.clock import SystemClock
from rtu_agent.domain.quality import Reason, RecordQuality, Restart
from rtu_agent.domain.record import Record
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Driver, derived, u16
from rtu_agent.events import (
    CountersRestarted,
    DeviceStateChanged,
    DriverFailed,
    Event,
    PollFinished,
    PollSkipped,
    RefusalsLearnt,
    TransactionFinished,
    Watchers,
)
from rtu_agent.normalize.counter import Counted
from rtu_agent.normalize.decode import Decoded
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.poll.job import Job
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.hostile import MuteError
from support.line import words_reply
from support.pty_line import PtyLine

LINE = LineSettings(115200)
REPLACED = (Restart.METER_REPLACED.value, "good")
"""What is said when a counter begins anew, and its value is back."""


class Pair(Driver, table="holding"):
    """Two registers that are too far apart for one block."""

    name = "test.driver"
    kind = "kind"

    first = u16(0, group="fast", vendor_specific=True)
    second = u16(50, group="fast", vendor_specific=True)


class Grouped(Driver, table="holding"):
    """Three groups in one block."""

    name = "test.grouped"
    kind = "kind"

    quick = u16(0, group="fast", vendor_specific=True)
    calm = u16(1, group="normal", vendor_specific=True)
    rare = u16(2, group="slow", vendor_specific=True)


def raise_error(_: object) -> Decoded:
    """Fail as a driver's own code may."""
    raise ZeroDivisionError


def polled(unit: int, driver: type[Driver] = Pair) -> PolledDevice:
    """Return device `d<unit>`, by default with one group of two blocks."""
    return polled_device(f"d{unit}", unit, driver, LINE, {"site": "s", "bus": "b", "device": f"d{unit}"})


def broken(unit: int, decode: Callable[[object], Decoded] = raise_error) -> PolledDevice:
    """Return such a device whose replies cannot be decoded."""

    class Broken(DevicePlans):
        """The plans of a driver with a mistake."""

        def poll(self, groups: frozenset[str]) -> PollPlan:
            """Return a plan that cannot be decoded."""
            return replace(super().poll(groups), decode=decode)

    device = polled(unit)
    device.plans = Broken(Pair, LINE, device.silent.tags)
    return device


class World:
    """Slaves whose mood the test sets, a bus, a poller, and everything they said."""

    def __init__(self, path: Path, devices: list[PolledDevice], periods: Mapping[str, float]) -> None:
        self.mood: dict[int, str] = {}
        self.asked: list[tuple[int, int, int]] = []
        self.said: list[Event] = []
        self.records: list[Record] = []
        self.remarks: list[str] = []
        self.line = PtyLine(path, self._answer)
        clock = SystemClock()
        master = Master("b", LINE, timeout_s=0.1, paced=False, late_window_s=0.1)
        self.patience = Patience(0.1)
        watch = Watchers(self.patience, self.said.append)
        self.bus = Bus("b", master, SerialPort(str(path), LINE), watch, clock)
        jobs = [
            Job(device.name, group, periods.get(device.name, 0.05) * (1 + place))
            for device in devices
            for place, group in enumerate(device.plans.groups)
        ]
        schedule = Schedule(jobs, clock.monotonic())
        asker = Asker(self.bus, self.patience, clock)
        self.poller = Poller(asker, devices, schedule, self.said.append, self._accept, clock)

    def _accept(self, record: Record) -> None:
        if record.series.measurement == "modbus_event":
            self.remarks.append(str(record.values[0]))
        else:
            self.records.append(record)

    def _answer(self, data: bytes) -> list[tuple[float, bytes]]:
        unit, address, count = data[0], int.from_bytes(data[2:4], "big"), data[5]
        words = tuple(unit * 100 + place for place in range(address, address + count))
        reply = words_reply(unit, ReadRequest(Table.HOLDING, address, count), words)
        self.asked.append((unit, address, count))
        refused, busy = frame(unit, bytes((0x83, 2))), frame(unit, bytes((0x83, 6)))
        damaged = reply[:-1] + bytes((reply[-1] ^ 1,))
        match self.mood.get(unit, "well"):
            case "dead":
                reply = b""
            case "refuses" if address:
                reply = refused
            case "refuses the second word" if address <= 1 < address + count:
                reply = refused
            case "busy" if address:
                reply = busy
            case "busy twice" | "busy once" as mood if address:
                self.mood[unit] = {"busy twice": "busy once", "busy once": "well"}[mood]
                reply = busy
            case "damages the first" if not address:
                reply = damaged
            case "damages once":
                self.mood[unit] = "well"
                reply = damaged
        return [(0.0, reply)] if reply else []

    def finished(self, device: str) -> list[PollFinished]:
        """Return the polls of a device that met their fate."""
        return [event for event in self.said if isinstance(event, PollFinished) and event.device == device]

    def states(self, device: str) -> list[str]:
        """Return the states a device went through."""
        return [e.after for e in self.said if isinstance(e, DeviceStateChanged) and e.device == device]

    def skipped(self, device: str) -> Counter[str]:
        """Return how many polls of a device were skipped, by reason."""
        return Counter(e.reason for e in self.said if isinstance(e, PollSkipped) and e.device == device)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """Run the bus and its poller."""
    tasks = [asyncio.create_task(world.bus.run()), asyncio.create_task(world.poller.run())]
    try:
        yield
        for task in tasks:
            assert not task.done(), task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        world.line.unplug()


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


async def test_values_come_in_the_drivers_order_with_their_time(tmp_path: Path) -> None:
    """Two blocks, one record, stamped with the middle of the poll on the wall clock."""
    world = World(tmp_path / "port", [polled(1)], {})
    world.line.plug()
    before = SystemClock().wall()

    async with running(world):
        await until(lambda: len(world.records) > 3)

    record = world.records[0]
    assert record.values == (100.0, 150.0)
    assert record.quality is RecordQuality.GOOD
    assert before * 1000 - 1 <= record.time_ms <= SystemClock().wall() * 1000 + 1
    assert [event.outcome for event in world.finished("d1")][:3] == ["good"] * 3


async def test_a_refused_block_costs_its_own_values_only(tmp_path: Path) -> None:
    """The other block is read and stored, the poll counts as failed, and the device is online: it answered."""
    world = World(tmp_path / "port", [polled(1)], {})
    world.mood[1] = "refuses"
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.records) > 2)

    assert world.records[0].values == (100.0, None)
    assert world.records[0].quality is RecordQuality.PARTIAL
    assert world.finished("d1")[0].outcome == "exception"
    assert world.states("d1") == []


async def test_what_is_refused_is_found_said_once_and_not_asked_again(tmp_path: Path) -> None:
    """One of three words is refused: the other two are read around it, and the reason stays with the third."""
    world = World(tmp_path / "port", [polled(1, Grouped)], {})
    world.mood[1] = "refuses the second word"
    world.line.plug()

    async with running(world):
        await until(lambda: any(isinstance(event, RefusalsLearnt) for event in world.said))
        world.asked.clear()
        polls = len(world.finished("d1"))
        await until(lambda: len(world.finished("d1")) > polls + 12)

    assert [event.refused for event in world.said if isinstance(event, RefusalsLearnt)] == ["holding 0x0001+1"]
    assert not any(address <= 1 < address + count for _, address, count in world.asked)
    values = {
        field.name: value
        for record in world.records[-12:]
        for field, value in zip(record.series.fields, record.values, strict=True)
    }
    reasons = {name: reason for record in world.records[-12:] for name, reason in record.reasons.items()}
    assert (values["quick"], values["rare"]) == (100.0, 102.0)
    assert reasons.get("calm", Reason.EXCEPTION) is Reason.EXCEPTION


async def test_a_busy_device_is_asked_again_while_the_others_go_on(tmp_path: Path) -> None:
    """Twice busy, then the value: one good poll, and the neighbour was polled in between."""
    world = World(tmp_path / "port", [polled(1), polled(2)], {"d1": 5.0, "d2": 0.02})
    world.mood[1] = "busy twice"
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 0)

    assert world.finished("d1")[0].outcome == "good"
    assert world.finished("d1")[0].record.values == (100.0, 150.0)
    first, second, third = [place for place, asked in enumerate(world.asked) if asked[:2] == (1, 50)]
    assert [unit for unit, _, _ in world.asked[first:second]].count(2) > 1
    assert [unit for unit, _, _ in world.asked[second:third]].count(2) > 1
    assert world.states("d1") == []


async def test_a_device_that_stays_busy_fails_its_poll_before_the_next_tick(tmp_path: Path) -> None:
    """With the value that it gave, and it is neither refused nor silent."""
    world = World(tmp_path / "port", [polled(1)], {"d1": 0.4})
    world.mood[1] = "busy"
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 2)

    assert {event.outcome for event in world.finished("d1")} == {"exception"}
    assert world.finished("d1")[1].record.values == (100.0, None)
    assert world.states("d1") == []
    assert world.skipped("d1").total() == 0


async def test_groups_that_ride_along_have_their_own_fate_and_one_record(tmp_path: Path) -> None:
    """All that was polled and skipped adds up to the ticks, and polls are fewer than ticks."""
    world = World(tmp_path / "port", [polled(1, Grouped)], {"d1": 0.1})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 30)

    polls = world.finished("d1")
    assert {event.outcome for event in polls} == {"good"}
    assert len(world.records) == sum(not event.rider for event in polls) < len(polls)
    assert {event.group for event in polls if event.rider} >= {"normal", "slow"}


async def test_a_damaged_block_costs_its_own_values_only(tmp_path: Path) -> None:
    """Damaged twice in a row, it is given up, and the next block is read all the same."""
    world = World(tmp_path / "port", [polled(1)], {})
    world.mood[1] = "damages the first"
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 1)

    assert world.finished("d1")[0].outcome == "damaged"
    assert world.records[0].values == (None, 150.0)
    assert world.asked[:3] == [(1, 0, 1), (1, 0, 1), (1, 50, 1)]


async def test_a_damaged_reply_is_asked_for_again_at_once(tmp_path: Path) -> None:
    """Nothing is owed after a damaged reply, so the poll is saved by a second request."""
    world = World(tmp_path / "port", [polled(1)], {})
    world.mood[1] = "damages once"
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.records) > 1)

    outcomes = [event.outcome for event in world.said if isinstance(event, TransactionFinished)]
    assert outcomes[:3] == ["damaged", "good", "good"]
    assert world.finished("d1")[0].outcome == "good"


async def test_a_dead_device_is_probed_and_comes_back_with_a_full_poll(tmp_path: Path) -> None:
    """Its polls are skipped as offline, its neighbour goes on, and its first reply brings a full poll at once."""
    world = World(tmp_path / "port", [polled(1), polled(2)], {"d1": 0.2})
    world.mood[2] = "dead"
    world.line.plug()

    async with running(world):
        await until(lambda: world.states("d2") == ["suspect", "offline"])
        alive, skipped = len(world.finished("d1")), world.skipped("d1")
        await asyncio.sleep(1.1)
        assert len(world.finished("d1")) >= alive + 5
        assert {record.quality for record in world.records if record.series.device == "d2"} == {RecordQuality.NO_ANSWER}
        assert len(world.finished("d2")) == 1

        world.mood[2] = "well"
        await until(lambda: len(world.finished("d2")) > 1)

    assert world.states("d2") == ["suspect", "offline", "online"]
    assert world.remarks == ["suspect: no_reply", "offline: no_reply", "online: good"]
    assert world.finished("d2")[1].outcome == "good"
    assert world.skipped("d2")["offline"] > 5
    assert world.skipped("d1") == skipped


async def test_a_driver_that_raises_costs_nobody_else_anything(tmp_path: Path) -> None:
    """Its poll failed for that reason, its record has no values, and the neighbour is polled as ever."""
    world = World(tmp_path / "port", [broken(1), polled(2)], {})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 2 and len(world.finished("d2")) > 2)

    assert {event.outcome for event in world.finished("d1")} == {"driver_failed"}
    assert {event.outcome for event in world.finished("d2")} == {"good"}
    failures = [event for event in world.said if isinstance(event, DriverFailed)]
    assert (failures[0].device, failures[0].driver, failures[0].error) == ("d1", "test.driver", "ZeroDivisionError")


class Stumbling(Driver, table="holding"):
    """Looks up what nobody has thought of."""

    name = "test.stumbling"
    kind = "kind"

    a = u16(0, group="fast", vendor_specific=True)

    @derived(group="fast", vendor_specific=True)
    def b(self, a: float) -> float:
        """Return what it is called."""
        return {0.0: 1.0}[a]


async def test_a_derived_point_that_raises_is_told_once(tmp_path: Path) -> None:
    """What is beside it is stored, poll by poll."""
    world = World(tmp_path / "port", [polled(1, Stumbling)], {})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 3)

    assert {(event.outcome, event.record.values) for event in world.finished("d1")} == {("good", (100.0, None))}
    failures = [event for event in world.said if isinstance(event, DriverFailed)]
    assert failures == [DriverFailed("b", "d1", "test.stumbling", "b: KeyError: 100.0")]


class Counting(Driver, table="holding"):
    """A counter."""

    name = "test.counting"
    kind = "kind"

    energy_import_active = u16(0, "kWh", counter=True, group="fast")


async def test_a_meter_that_was_replaced_is_told_once(tmp_path: Path) -> None:
    """Before the first value of the new one is stored; until then there is none."""
    device = polled(1, Counting)
    device.counters.recall({"energy_import_active_kwh": Counted(5000.0, 1_795_003_200_000, 1.0)})
    world = World(tmp_path / "port", [device], {})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.records) > 5)

    assert [record.values for record in world.records[:4]] == [(None,), (None,), (100.0,), (100.0,)]
    assert world.remarks[:3] == [f"energy_import_active_kwh: {word}" for word in ("counter_fell", *REPLACED)]
    restarts = [event for event in world.said if isinstance(event, CountersRestarted)]
    assert restarts == [CountersRestarted("b", "d1", Restart.METER_REPLACED, ("energy_import_active_kwh",))]


async def test_what_a_driver_raises_cannot_end_the_polling(tmp_path: Path) -> None:
    """An exception that fails when it is asked what it is, is still only a failed poll."""

    def raise_mute(_: object) -> Decoded:
        raise MuteError

    world = World(tmp_path / "port", [broken(1, raise_mute), polled(2)], {})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 1 and len(world.finished("d2")) > 1)

    [error, *_] = [event.error for event in world.said if isinstance(event, DriverFailed)]
    assert error == "MuteError: it cannot say what is wrong"


async def test_polls_without_a_port_are_skipped_and_counted(tmp_path: Path) -> None:
    """Nothing is asked while the port is gone, no device is blamed, and polling goes on when it is back."""
    world = World(tmp_path / "port", [polled(1)], {})

    async with running(world):
        await until(lambda: world.skipped("d1")["port_down"] > 5)
        assert world.finished("d1") == []
        world.line.plug()
        await until(lambda: len(world.finished("d1")) > 2)

    assert world.states("d1") == []


@pytest.mark.parametrize("period_s", [0.004])
async def test_overload_is_skipped_and_counted(tmp_path: Path, period_s: float) -> None:
    """Ticks that cannot start before their next one are counted; polls and skips add up to the ticks."""
    world = World(tmp_path / "port", [polled(1)], {"d1": period_s})
    world.line.plug()
    loop = asyncio.get_running_loop()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 0)
        start, counted = loop.time(), len(world.finished("d1")) + world.skipped("d1").total()
        await asyncio.sleep(1.0)
        passed_s = loop.time() - start
        counted = len(world.finished("d1")) + world.skipped("d1").total() - counted

    assert world.skipped("d1")["overload"] > 20
    assert counted == pytest.approx(passed_s / period_s, rel=0.05)


async def test_devices_come_and_go_between_polls(tmp_path: Path) -> None:
    """The others lose no tick; nobody asks a device that has left, and one that comes is asked at once."""
    world = World(tmp_path / "port", [polled(1), polled(2)], {})
    world.line.plug()
    loop = asyncio.get_running_loop()

    async with running(world):
        await until(lambda: len(world.finished("d1")) > 3)
        start, before = loop.time(), len(world.finished("d1"))
        for _ in range(10):
            await world.poller.remove(["d2"])
            left, asked = len(world.finished("d2")), sum(unit == 2 for unit, *_ in world.asked)
            await asyncio.sleep(0.03)
            assert len(world.finished("d2")) == left
            assert sum(unit == 2 for unit, *_ in world.asked) == asked
            await world.poller.add([polled(2)], [Job("d2", "fast", 0.05)])
            await until(lambda: len(world.finished("d2")) > left)  # noqa: B023 - called at once
        passed_s = loop.time() - start
        counted = len(world.finished("d1")) + world.skipped("d1").total() - before

    assert abs(counted - passed_s / 0.05) <= 2


async def test_a_device_that_leaves_while_it_is_busy_ends_its_poll(tmp_path: Path) -> None:
    """The tick was taken, so it meets a fate."""
    world = World(tmp_path / "port", [polled(1), polled(2)], {"d1": 30.0})
    world.mood[1] = "busy"
    world.line.plug()

    async with running(world):
        await until(lambda: (1, 50, 1) in world.asked)
        assert world.finished("d1") == []
        await world.poller.remove(["d1"])

    assert [event.outcome for event in world.finished("d1")] == ["exception"]


async def test_a_silent_device_that_leaves_is_not_probed_any_more(tmp_path: Path) -> None:
    """What it has missed until then is counted."""
    world = World(tmp_path / "port", [polled(1), polled(2)], {})
    world.mood[1] = "dead"
    world.line.plug()

    async with running(world):
        await until(lambda: world.states("d1") == ["suspect", "offline"])
        await world.poller.remove(["d1"])
        skipped, asked = world.skipped("d1"), len([unit for unit, *_ in world.asked if unit == 1])
        before = len(world.finished("d2"))
        await until(lambda: len(world.finished("d2")) > before + 40)

    assert skipped["offline"] > 0
    assert world.skipped("d1") == skipped
    assert len([unit for unit, *_ in world.asked if unit == 1]) == asked


async def test_a_job_is_polled_at_another_interval(tmp_path: Path) -> None:
    """From now on, and the device is the one that it was."""
    world = World(tmp_path / "port", [polled(1)], {"d1": 60.0})
    world.line.plug()

    async with running(world):
        await until(lambda: len(world.finished("d1")) == 1)
        await world.poller.retime([Job("d1", "fast", 0.02)])
        await until(lambda: len(world.finished("d1")) > 10)


async def test_a_poller_gets_on_whatever_the_line_does(tmp_path: Path) -> None:
    """With its port closed, with a dead device, and with one that answers; not while it hangs in a driver's code."""
    world = World(tmp_path / "port", [polled(1)], {})
    world.mood[1] = "dead"
    moved: set[float] = set()

    async def moves_on() -> None:
        before = world.poller.turned_at
        await until(lambda: world.poller.turned_at > before)
        moved.add(world.poller.turned_at)

    async with running(world):
        await moves_on()
        world.line.plug()
        await until(lambda: world.states("d1") == ["suspect", "offline"])
        await moves_on()
        world.mood[1] = "well"
        await until(lambda: len(world.finished("d1")) > 3)
        await moves_on()

    assert len(moved) == 3
