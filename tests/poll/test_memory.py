"""What is learnt about the devices of a site is given back at the next start."""

from pathlib import Path

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, u16
from rtu_agent.events import Event, LearntLost
from rtu_agent.normalize.counter import Counted
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.facts_file import FILE, FactsFile
from rtu_agent.poll.memory import Memory
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.refusals import Refusal
from rtu_agent.protocol.timing import LineSettings


class Single(Driver, table="holding"):
    """A device with one register."""

    name = "test.single"
    kind = "kind"

    x = u16(0, vendor_specific=True)


def device() -> PolledDevice:
    """Return a device with one value."""
    return polled_device("d", 1, Single, LineSettings(), {"site": "s", "bus": "b", "device": "d"})


def refuse(polled: PolledDevice) -> None:
    """Let the device's only value be refused."""
    polled.refusals.refuse(Span(Table.HOLDING, 0, 1))
    polled.refusals.next_test(0.0)
    polled.refusals.tested(refused=True, now=0.0)


@pytest.fixture
def said() -> list[Event]:
    """What the memory complained about."""
    return []


async def test_what_was_learnt_is_recalled_for_the_same_fingerprint(tmp_path: Path, said: list[Event]) -> None:
    """For another one there is nothing: the driver or the unit has changed."""
    polled, patience = device(), Patience(0.5)
    memory = Memory(FactsFile(tmp_path), said.append)
    memory.keep(polled, "f", patience)
    patience.answered(1, 0.01)
    refuse(polled)
    await memory.save()

    again = Memory(FactsFile(tmp_path), said.append)

    known = again.recall("d", "f")
    assert known is not None
    assert known.refusals == {Refusal(Span(Table.HOLDING, 0, 1))}
    assert (known.timeout_s, known.turnaround_s) == (0.5, pytest.approx(polled.plans.turnaround_s, abs=1e-6))
    assert again.recall("d", "g") is again.recall("e", "f") is None
    assert said == []


async def test_a_device_that_does_not_answer_keeps_what_was_known(tmp_path: Path, said: list[Event]) -> None:
    """A start beside a dead device forgets nothing about it."""
    polled, patience = device(), Patience(0.5)
    memory = Memory(FactsFile(tmp_path), said.append)
    memory.keep(polled, "f", patience)
    patience.answered(1, 0.01)
    await memory.save()

    again = Memory(FactsFile(tmp_path), said.append)
    again.keep(device(), "f", Patience(0.5))
    await again.save()

    assert Memory(FactsFile(tmp_path), said.append).recall("d", "f") is not None


async def test_it_writes_only_news(tmp_path: Path, said: list[Event]) -> None:
    """Small moves of a time are none."""
    polled, patience = device(), Patience(0.5)
    memory = Memory(FactsFile(tmp_path), said.append)
    memory.keep(polled, "f", patience)
    await memory.save()
    assert not (tmp_path / FILE).exists()
    patience.answered(1, 0.01)
    await memory.save()
    (tmp_path / FILE).unlink()

    polled.plans.learn_turnaround(polled.plans.turnaround_s * 1.01)
    await memory.save()
    assert not (tmp_path / FILE).exists()

    refuse(polled)
    await memory.save()
    assert (tmp_path / FILE).exists()


async def test_counters_are_kept_but_not_written_all_the_time(tmp_path: Path, said: list[Event]) -> None:
    """At first, every hour, and when one begins anew."""
    polled, patience = device(), Patience(0.5)
    memory = Memory(FactsFile(tmp_path), said.append)
    memory.keep(polled, "f", patience)
    patience.answered(1, 0.01)
    written = []
    for reading in (
        Counted(10.0, 0, 1.0),
        Counted(11.0, 1_800_000, 1.0),
        Counted(12.0, 3_600_000, 1.0),
        Counted(1.0, 3_601_000, 1.0),
    ):
        polled.counters.recall({"energy_kwh": reading})
        await memory.save()
        written.append(Memory(FactsFile(tmp_path), said.append).counters("d", "f")["energy_kwh"].value)

    assert written == [10.0, 10.0, 12.0, 1.0]
    assert Memory(FactsFile(tmp_path), said.append).counters("d", "g") == {}


def test_a_damaged_file_is_set_aside(tmp_path: Path, said: list[Event]) -> None:
    """It is said once, kept to be looked at, and everything is learnt anew."""
    (tmp_path / FILE).write_text("{")

    assert Memory(FactsFile(tmp_path), said.append).recall("d", "f") is None

    assert [type(event) for event in said] == [LearntLost]
    assert [path.name for path in tmp_path.iterdir()] == [FILE + ".damaged"]


async def test_a_disk_that_takes_nothing_is_said_once(tmp_path: Path, said: list[Event]) -> None:
    """And once again when it fails after it had healed."""
    polled, patience = device(), Patience(0.5)
    file = FactsFile(tmp_path / "state")
    memory = Memory(file, said.append)
    memory.keep(polled, "f", patience)
    patience.answered(1, 0.01)
    (tmp_path / "state").write_text("no directory")

    await memory.save()
    await memory.save()
    assert len(said) == 1
    (tmp_path / "state").unlink()
    await memory.save()

    assert file.read()["d"].fingerprint == "f"
    assert len(said) == 1


async def test_a_device_that_leaves_may_come_back_under_another_name(tmp_path: Path, said: list[Event]) -> None:
    """It is the fingerprint that says what was learnt about; the file has only those that are there."""
    polled, patience = device(), Patience(0.5)
    memory = Memory(FactsFile(tmp_path), said.append)
    memory.keep(polled, "f", patience)
    patience.answered(1, 0.01)
    refuse(polled)
    memory.leave("d")

    known = memory.recall("renamed", "f")
    await memory.save()

    assert known is not None
    assert known.refusals == polled.refusals.known
    assert memory.recall("renamed", "g") is None
    assert FactsFile(tmp_path).read() == {}
