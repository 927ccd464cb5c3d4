"""Disks that fail, fill up, or are slow: said once, bounded in memory, healed by themselves, counted."""

import resource
import sqlite3
import time
from pathlib import Path

import pytest

from rtu_agent.clock import SystemClock
from rtu_agent.events import OutputEnded, RecordsDropped, WriteFailed, WriteRecovered
from rtu_agent.output import writer
from rtu_agent.output.contract import Action, EndedError, Verdict
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.sqlite import SqliteOutput, SqliteSettings
from support.outputs import FakeServer, ListOutput, accept, delivering
from support.records import numbered
from support.watching import Seen, wait_until


def test_a_disk_that_fails_is_tried_again(spool_file: Path) -> None:
    """Nothing is lost while memory suffices."""
    seen, local = Seen(), ListOutput()
    local.error = OSError("No space left on device")
    with delivering({"list": local}, spool_file, seen) as delivery:
        accept(delivery, numbered(10))
        wait_until(lambda: local.tries >= 4)
        local.error = None
        wait_until(lambda: local.records == numbered(10))
        seen.wait_for(WriteRecovered)
    assert {failed.error for failed in seen.of(WriteFailed)} == {"OSError: No space left on device"}
    assert len(seen.of(WriteFailed)) >= 4
    assert len(seen.of(WriteRecovered)) == 1
    assert seen.of(RecordsDropped) == []


def test_a_disk_that_is_well_again_is_found_soon(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses of a disk have a limit of their own, because memory fills up meanwhile."""
    monkeypatch.setattr(writer, "LONGEST_PAUSE_S", 0.3)
    monkeypatch.setattr(writer.random, "random", lambda: 1.0)
    seen, local = Seen(), ListOutput()
    local.error = OSError("No space left on device")
    with delivering({"list": local}, spool_file, seen) as delivery:
        accept(delivery, numbered(1))
        wait_until(lambda: len(seen.of(WriteFailed)) >= 4)
        local.error = None
    assert [failed.retry_s for failed in seen.of(WriteFailed)][:4] == [0.2, 0.3, 0.3, 0.3]


def test_a_full_disk_costs_nothing_when_it_has_room_again(spool_file: Path, tmp_path: Path) -> None:
    """The store and the spool on files that may not grow: said once, nothing set aside, everything there in the end."""
    seen, server = Seen(), FakeServer(lambda _: Verdict(Action.AGAIN, "refused"))
    store = SqliteOutput("sqlite", SqliteSettings(directory=tmp_path / "data"))
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with delivering({"server": server, "sqlite": store}, spool_file, seen) as delivery:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, unlimited[1]))
        try:
            accept(delivery, numbered(9000))
            for name in ("sqlite", "spool"):
                seen.wait_for(WriteFailed, lambda event, name=name: event.output == name)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        server.judge = FakeServer().judge
        wait_until(lambda: len(server.stored) == 9000)
        for name in ("sqlite", "spool"):
            seen.wait_for(WriteRecovered, lambda event, name=name: event.output == name)
    connection = sqlite3.connect(tmp_path / "data" / "readings-20261118.sqlite")
    (stored,) = connection.execute("SELECT count(*) FROM readings WHERE field = 'quality'").fetchone()
    connection.close()
    assert stored == 9000
    assert seen.of(RecordsDropped) == []
    assert not list(tmp_path.rglob("*damaged*"))


def test_memory_is_bounded_while_a_disk_fails(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go, every one is counted, the newest are written when the disk heals."""
    monkeypatch.setattr(writer, "MOST_WAITING", 50)
    seen, local = Seen(), ListOutput()
    local.error = OSError("No space left on device")
    with delivering({"list": local}, spool_file, seen) as delivery:
        accept(delivery, numbered(10))
        wait_until(lambda: local.tries >= 1)
        seen.wait_for(WriteFailed)
        accept(delivery, numbered(200, start=10))
        local.error = None
        wait_until(lambda: len(local.records) == 60)
        seen.wait_for(RecordsDropped)
    assert local.records == numbered(10) + numbered(50, start=160)
    dropped = seen.of(RecordsDropped)
    assert sum(event.records for event in dropped) == 150
    assert {event.reason for event in dropped} == {"unwritable"}


def test_a_disk_that_is_too_slow_costs_the_oldest(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an overflow then, not a failure."""
    monkeypatch.setattr(writer, "MOST_WAITING", 50)
    seen, local = Seen(), ListOutput()
    local.gate.clear()
    with delivering({"list": local}, spool_file, seen) as delivery:
        accept(delivery, numbered(200))
        local.gate.set()
        dropped = seen.wait_for(RecordsDropped)
    assert dropped.reason == "overflow"
    assert dropped.records + len(local.records) == 200


def test_what_a_dead_disk_does_not_take_is_given_up_at_the_end(spool_file: Path) -> None:
    """`stop` tries once more, counts, and returns."""
    seen, failing, hanging = Seen(), ListOutput(), ListOutput()
    failing.error = OSError("Input/output error")
    hanging.gate.clear()
    delivery = Delivery({"failing": failing, "hanging": hanging}, spool_file, seen, SystemClock())
    delivery.start()
    accept(delivery, numbered(1003))
    wait_until(lambda: failing.tries >= 1)
    started = time.monotonic()
    delivery.stop(0.3)
    assert time.monotonic() - started < 2.0
    dropped = [event for event in seen.of(RecordsDropped) if event.output == "failing"]
    assert sum(event.records for event in dropped) == 1003
    assert {event.reason for event in dropped} == {"unwritable"}
    assert [event.records for event in seen.of(RecordsDropped) if event.output == "hanging"] == [3]
    hanging.gate.set()


def test_an_output_that_has_ended_is_not_asked_again(spool_file: Path) -> None:
    """Said once; whatever comes for it is dropped and counted, and the others go on."""
    seen, ended, other = Seen(), ListOutput(), ListOutput()
    ended.error = EndedError("nobody reads any more")
    with delivering({"ended": ended, "other": other}, spool_file, seen) as delivery:
        accept(delivery, numbered(10))
        seen.wait_for(OutputEnded)
        accept(delivery, numbered(1500, start=10))
        wait_until(lambda: len(other.records) == 1510)
    assert ended.tries == 1
    assert seen.of(OutputEnded) == [OutputEnded("ended", "nobody reads any more")]
    dropped = seen.of(RecordsDropped)
    assert sum(event.records for event in dropped) == 1510
    assert {(event.output, event.reason) for event in dropped} == {("ended", "unwritable")}
    assert seen.of(WriteFailed) == []
