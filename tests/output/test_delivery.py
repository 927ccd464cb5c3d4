"""Everything accepted reaches every output, whatever one of them does meanwhile."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from rtu_agent.clock import SystemClock
from rtu_agent.domain.text import in_words, printable
from rtu_agent.events import RecordsDropped, RecordsWritten, SpoolChanged, WriteFailed, WriteRecovered
from rtu_agent.output import portion, retry, writer
from rtu_agent.output.contract import Action, LocalOutput, NetworkOutput, Verdict
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.line_protocol import encode
from rtu_agent.output.marks import Limits
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool
from rtu_agent.output.spool_file import SpoolRefusedError
from support import hostile
from support.hostile import MuteError
from support.outputs import ACCEPTED, FakeServer, ListOutput, accept, delivering
from support.records import numbered, record
from support.watching import Seen, wait_until


def test_every_output_gets_every_record_in_order(spool_file: Path) -> None:
    """Local and network outputs side by side."""
    seen, local, server = Seen(), ListOutput(), FakeServer()
    records = numbered(2500)
    with delivering({"list": local, "server": server}, spool_file, seen) as delivery:
        accept(delivery, records)
        wait_until(lambda: len(server.stored) == 2500)
    assert local.records == records
    assert b"\n".join(server.bodies).decode().split("\n") == [encode(each) for each in records]
    assert sum(event.records for event in seen.of(RecordsWritten) if event.output == "list") == 2500
    assert sum(event.records for event in seen.of(RecordsWritten) if event.output == "server") == 2500
    assert max(local.groups) <= writer.GROUP_RECORDS
    assert local.closed
    assert server.closed.wait(5.0)


def test_a_single_record_is_written_within_a_second(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise counts from reading to disk."""
    monkeypatch.undo()
    seen, local, server = Seen(), ListOutput(), FakeServer(lambda _: Verdict(Action.HOLD))
    with delivering({"list": local, "server": server}, spool_file, seen) as delivery:
        started = time.monotonic()
        delivery.accept(record())
        seen.wait_for(RecordsWritten)
        seen.wait_for(SpoolChanged, lambda event: event.records == 1)
        assert time.monotonic() - started < 1.0


def test_what_was_accepted_is_on_disk_when_stop_returns(spool_file: Path) -> None:
    """In milliseconds, and without waiting for a server that hangs."""
    seen, local, server = Seen(), ListOutput(), FakeServer()
    server.gate.clear()
    delivery = Delivery({"list": local, "server": server}, spool_file, seen, SystemClock())
    delivery.start()
    accept(delivery, numbered(3))
    wait_until(lambda: bool(server.bodies))
    accept(delivery, numbered(1200, start=3))
    started = time.monotonic()
    delivery.stop(5.0)
    assert time.monotonic() - started < 0.5
    assert len(local.records) == 1203
    server.gate.set()
    assert server.closed.wait(5.0)
    after = FakeServer()
    with delivering({"server": after}, spool_file, seen):
        wait_until(lambda: after.stored == {encode(each) for each in numbered(1203)})
    assert seen.of(RecordsDropped) == []


def test_a_server_that_hangs_delays_nobody(spool_file: Path) -> None:
    """Neither `accept`, nor the store, nor another server."""
    seen, local, hanging, healthy = Seen(), ListOutput(), FakeServer(), FakeServer()
    hanging.gate.clear()
    with delivering({"hanging": hanging, "list": local, "healthy": healthy}, spool_file, seen) as delivery:
        slowest = 0.0
        for each in numbered(3000):
            started = time.perf_counter()
            delivery.accept(each)
            slowest = max(slowest, time.perf_counter() - started)
        wait_until(lambda: len(healthy.stored) == len(local.records) == 3000)
        assert slowest < 0.1
        assert seen.wait_for(SpoolChanged, lambda event: event.output == "hanging" and event.records == 3000)


def test_a_failing_server_loses_nothing(spool_file: Path) -> None:
    """Outage, then recovery: every failed write counts, all records arrive, and the backlog is back at nothing."""
    seen, server = Seen(), FakeServer(lambda _: Verdict(Action.AGAIN, "connection refused"))
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(10))
        wait_until(lambda: len(server.bodies) >= 3)
        server.judge = FakeServer().judge
        accept(delivery, numbered(10, start=10))
        wait_until(lambda: len(server.stored) == 20)
        seen.wait_for(WriteRecovered)
        seen.wait_for(SpoolChanged, lambda event: event.records == 0 and event.oldest_ms is None)
    failures = seen.of(WriteFailed)
    assert len(failures) >= 3
    assert {(f.output, f.kind, f.error) for f in failures} == {("server", "retryable", "connection refused")}
    assert len(seen.of(WriteRecovered)) == 1


def test_after_an_outage_the_newest_come_with_the_next_body(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dashboard shows the present at once, while the past fills in; in the end nothing is missing or there twice."""
    monkeypatch.setattr(portion, "BATCH_BYTES", 30_000)
    monkeypatch.setattr(writer, "GROUP_RECORDS", 20)
    seen, server = Seen(), FakeServer(lambda _: Verdict(Action.AGAIN, "refused"))
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(2000))
        seen.wait_for(SpoolChanged, lambda event: event.records == 2000)
        server.gate.clear()
        refused = len(server.bodies)
        wait_until(lambda: len(server.bodies) > refused)
        server.judge = FakeServer().judge
        server.gate.set()
        wait_until(lambda: len(server.stored) == 2000)
        seen.wait_for(SpoolChanged, lambda event: event.records == 0)
    held_up, *accepted = dict.fromkeys(server.bodies)
    left = [encode(each).encode() for each in numbered(2000) if encode(each).encode() not in held_up]
    assert left[0] in accepted[0]
    assert left[-1] in accepted[0]
    lines = b"\n".join([held_up, *accepted]).split(b"\n")
    assert len(lines) == len(set(lines)) == 2000


def test_the_pause_grows_in_an_outage_and_starts_over_after_it(
    spool_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second outage of the day is over as quickly as the first."""
    monkeypatch.setattr(retry, "FIRST_PAUSE_S", 0.001)
    failures = [Verdict(Action.AGAIN, "refused")] * 10
    answers = iter([*failures, Verdict(Action.ACCEPTED), Verdict(Action.AGAIN, "refused")])
    seen, server = Seen(), FakeServer(lambda _: next(answers, Verdict(Action.ACCEPTED)))
    with delivering({"server": server}, spool_file, seen) as delivery:
        delivery.accept(record(0))
        seen.wait_for(WriteRecovered)
        delivery.accept(record(1))
        wait_until(lambda: len(seen.of(WriteRecovered)) == 2)
    failures = seen.of(WriteFailed)
    assert len(failures) == 11
    assert failures[0].retry_s <= 0.001
    assert failures[10].retry_s <= 0.001
    assert seen.of(WriteRecovered)[0].outage_s > 0.01


def test_an_output_that_raises_keeps_its_records(spool_file: Path) -> None:
    """A bug in somebody's output is an outage of that output."""

    def judge(_: bytes) -> Verdict:
        raise RuntimeError("bug")

    seen, server = Seen(), FakeServer(judge)
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(5))
        assert seen.wait_for(WriteFailed).error == "RuntimeError: bug"
        server.judge = FakeServer().judge
        wait_until(lambda: len(server.stored) == 5)


def test_bad_lines_end_as_dead_letters_and_the_others_arrive(spool_file: Path) -> None:
    """Counted, said once, kept with the server's reason."""

    def judge(body: bytes) -> Verdict:
        return (
            Verdict(Action.REJECTED, "conflict") if b"=13.0," in body or b"=77.0," in body else Verdict(Action.ACCEPTED)
        )

    seen, server = Seen(), FakeServer(judge)
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(100))
        wait_until(lambda: len(server.stored) == 98)
        seen.wait_for(SpoolChanged, lambda event: event.records == 0)
    assert sum(event.records for event in seen.of(RecordsDropped) if event.reason == "rejected") == 2
    assert sum(event.records for event in seen.of(RecordsWritten)) == 98
    (failed,) = seen.of(WriteFailed)
    assert (failed.kind, failed.error) == ("rejected", "conflict")
    connection = sqlite3.connect(spool_file)
    lines = connection.execute("SELECT line, reason FROM dead ORDER BY id").fetchall()
    connection.close()
    assert lines == [(encode(record(number)).encode(), "conflict") for number in (13, 77)]


@pytest.mark.parametrize("words", hostile.TEXTS.values(), ids=hostile.TEXTS)
def test_whatever_a_server_says_about_a_bad_line_is_kept_as_printable_text(words: str, spool_file: Path) -> None:
    """Lone surrogates, which no file takes, must not keep a batch for ever; escapes must not lie in wait in the spool.

    That is where a person looks with a terminal.
    """

    def judge(body: bytes) -> Verdict:
        return Verdict(Action.REJECTED, words) if b"voltage_l1_n_v=1.0" in body else ACCEPTED

    seen, server = Seen(), FakeServer(judge)
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(3))
        dropped = seen.wait_for(RecordsDropped)
        wait_until(lambda: len(server.stored) == 2)
    connection = sqlite3.connect(spool_file)
    [(reason,)] = connection.execute("SELECT reason FROM dead")
    connection.close()
    assert reason == dropped.detail == printable(words)


@pytest.mark.parametrize("error", [MuteError(), *map(ValueError, hostile.TEXTS.values())], ids=["mute", *hostile.TEXTS])
def test_whatever_an_output_raises_is_said_as_printable_text(error: Exception, spool_file: Path) -> None:
    """Local or network, its thread goes on and its records stay."""
    failing = [error]

    def judge(_: bytes) -> Verdict:
        if failing:
            raise failing.pop()
        return ACCEPTED

    seen, local, server = Seen(), ListOutput(), FakeServer(judge)
    local.error = error
    with delivering({"list": local, "server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(2))
        for name in ("list", "server"):
            failed = seen.wait_for(WriteFailed, lambda event, name=name: event.output == name)
            assert failed.error == in_words(error)
            assert failed.error.isprintable()
        local.error = None
        wait_until(lambda: len(server.stored) == len(local.records) == 2)


def test_a_configuration_mistake_keeps_everything(spool_file: Path) -> None:
    """A wrong token is said as such; nothing is dropped."""
    seen, server = Seen(), FakeServer(lambda _: Verdict(Action.HOLD, "HTTP 401: unauthorized"))
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(5))
        failed = seen.wait_for(WriteFailed)
        assert (failed.kind, failed.retry_s) == ("auth", 30.0)
        seen.wait_for(SpoolChanged, lambda event: event.records == 5)
    assert seen.of(RecordsDropped) == []
    assert server.closed.wait(5.0)
    assert len(server.bodies) == 1


def test_a_server_that_asks_for_time_gets_it(spool_file: Path) -> None:
    """Retry-After goes before our own pause."""
    answers = iter([Verdict(Action.AGAIN, "busy", retry_after_s=0.7)])
    seen, server = Seen(), FakeServer(lambda _: next(answers, Verdict(Action.ACCEPTED)))
    with delivering({"server": server}, spool_file, seen) as delivery:
        delivery.accept(record())
        seen.wait_for(WriteFailed)
        started = time.monotonic()
        seen.wait_for(RecordsWritten)
        assert time.monotonic() - started >= 0.69


def test_without_a_network_output_there_is_no_spool(spool_file: Path) -> None:
    """The embedded store alone leaves nothing else behind."""
    with delivering({"list": ListOutput()}, spool_file, Seen()) as delivery:
        delivery.accept(record())
    assert not spool_file.parent.exists()


def test_a_spool_of_a_later_version_stops_the_start(spool_file: Path) -> None:
    """The only error of `start`: it needs a person, and nothing has been touched. `stop` is harmless then."""
    spool_file.parent.mkdir()
    connection = sqlite3.connect(spool_file)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    delivery = Delivery({"server": FakeServer(), "list": ListOutput()}, spool_file, Seen(), SystemClock())
    with pytest.raises(SpoolRefusedError, match="belongs to another program"):
        delivery.start()
    delivery.stop(1.0)


def test_a_damaged_spool_does_not_stop_the_start(spool_file: Path) -> None:
    """It is set aside and said, and new records arrive."""
    spool_file.parent.mkdir()
    spool_file.write_bytes(b"garbage" * 1000)
    seen, server = Seen(), FakeServer()
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(3))
        wait_until(lambda: len(server.stored) == 3)
        dropped = seen.wait_for(RecordsDropped)
    assert dropped.reason == "corrupt"
    assert "spool.db.damaged-1" in dropped.detail


def test_a_spool_that_cannot_be_made_does_not_stop_the_start(spool_file: Path) -> None:
    """Polling goes on; the spool's trouble is said under its own name and heals by itself."""
    spool_file.parent.write_text("a file where the folder should be")
    seen, server = Seen(), FakeServer()
    with delivering({"server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(3))
        seen.wait_for(WriteFailed, lambda event: event.output == "spool")
        spool_file.parent.unlink()
        wait_until(lambda: len(server.stored) == 3)
        seen.wait_for(WriteRecovered, lambda event: event.output == "spool")
    assert seen.of(RecordsDropped) == []


def test_the_backlog_of_the_last_run_is_said_at_the_start(spool_file: Path) -> None:
    """`/metrics` shows it before the first record of this run."""
    with delivering({"server": FakeServer(lambda _: Verdict(Action.HOLD))}, spool_file, Seen()) as delivery:
        accept(delivery, numbered(3))
    seen = Seen()
    with delivering({"server": FakeServer(lambda _: Verdict(Action.HOLD))}, spool_file, seen):
        assert seen.of(SpoolChanged)[0].records == 3


def change(delivery: Delivery, outputs: Mapping[str, LocalOutput | NetworkOutput]) -> None:
    """Give the records to other outputs from now on."""
    delivery.prepare(outputs, Limits())
    switch = delivery.switch(outputs, Limits())
    delivery.end_old(switch, 5.0)
    delivery.begin_new(switch)


def test_outputs_come_and_go_and_those_that_stay_miss_nothing(spool_file: Path) -> None:
    """Every record goes to who was there when it came, and to nobody twice."""
    seen, stays, goes, comes, server = Seen(), ListOutput(), ListOutput(), ListOutput(), FakeServer()
    with delivering({"stays": stays, "goes": goes, "server": server}, spool_file, seen) as delivery:
        accept(delivery, numbered(10))
        change(delivery, {"stays": stays, "comes": comes, "server": server})
        accept(delivery, numbered(10, start=10))
        wait_until(lambda: len(server.stored) == 20)
    assert stays.records == numbered(20)
    assert goes.records == numbered(10)
    assert goes.closed
    assert comes.records == numbered(10, start=10)
    assert len(b"\n".join(server.bodies).split(b"\n")) == 20
    assert seen.of(RecordsDropped) == []


def test_a_new_server_of_the_same_name_goes_on_where_the_old_one_was(spool_file: Path) -> None:
    """It begins when the request of the old one that hangs has ended, so nothing is sent at the same time by both."""
    seen, old, new = Seen(), FakeServer(), FakeServer()
    old.gate.clear()
    with delivering({"server": old}, spool_file, seen) as delivery:
        accept(delivery, numbered(3))
        wait_until(lambda: bool(old.bodies))
        change(delivery, {"server": new})
        accept(delivery, numbered(3, start=3))
        seen.wait_for(SpoolChanged, lambda event: event.records == 6)
        assert new.bodies == []
        old.gate.set()
        wait_until(lambda: len(new.stored) == 3)
    assert len(old.stored) == 3
    assert old.closed.is_set()
    assert seen.of(RecordsDropped) == []


def test_what_waits_for_an_output_that_goes_is_dropped_and_counted(spool_file: Path) -> None:
    """It pins the spool no longer, and what it says when its request comes back is not asked for any more."""
    seen, goes, stays = Seen(), FakeServer(), FakeServer()
    goes.gate.clear()
    with delivering({"goes": goes, "stays": stays}, spool_file, seen) as delivery:
        accept(delivery, numbered(5))
        wait_until(lambda: bool(goes.bodies) and len(stays.stored) == 5)
        change(delivery, {"stays": stays})
        dropped = seen.of(RecordsDropped)
        goes.gate.set()
        assert goes.closed.wait(5.0)
        accept(delivery, numbered(5, start=5))
        wait_until(lambda: len(stays.stored) == 10)
    assert [(event.output, event.records, event.reason) for event in dropped] == [("goes", 5, "unwritable")]
    assert "no longer configured" in dropped[0].detail
    assert [event for event in seen.of(WriteFailed) if event.output != "stays"] == []
    with closing(sqlite3.connect(spool_file)) as connection:
        assert connection.execute("SELECT count(*) FROM batch").fetchone() == (0,)


def test_the_last_server_may_go_and_another_one_come(spool_file: Path) -> None:
    """Nothing is left in the spool for nobody, and a new output begins with what is read from then on."""
    seen, first, second, local = Seen(), FakeServer(lambda _: Verdict(Action.HOLD)), FakeServer(), ListOutput()
    with delivering({"first": first, "list": local}, spool_file, seen) as delivery:
        accept(delivery, numbered(4))
        wait_until(lambda: bool(first.bodies))
        change(delivery, {"list": local})
        accept(delivery, numbered(4, start=4))
        change(delivery, {"list": local, "second": second})
        accept(delivery, numbered(4, start=8))
        wait_until(lambda: len(second.stored) == 4)
    assert local.records == numbered(12)
    assert sum(event.records for event in seen.of(RecordsDropped)) == 4


def test_a_spool_that_is_not_ours_is_found_before_anything_changes(spool_file: Path) -> None:
    """The outputs of before go on."""
    spool_file.parent.mkdir()
    with closing(sqlite3.connect(spool_file)) as connection:
        connection.execute("CREATE TABLE t (x)")
    local = ListOutput()
    with delivering({"list": local}, spool_file, Seen()) as delivery:
        with pytest.raises(SpoolRefusedError):
            delivery.prepare({"list": local, "server": FakeServer()}, Limits())
        accept(delivery, numbered(3))
    assert local.records == numbered(3)


def test_an_output_that_comes_back_waits_for_the_request_of_the_one_that_went(spool_file: Path) -> None:
    """Also when there was none of its name in between: two would share a cursor, and rollups a file."""
    seen, old, new, stays = Seen(), FakeServer(), FakeServer(), FakeServer()
    old.gate.clear()
    with delivering({"server": old, "stays": stays}, spool_file, seen) as delivery:
        accept(delivery, numbered(3))
        wait_until(lambda: bool(old.bodies) and len(stays.stored) == 3)
        change(delivery, {"stays": stays})
        change(delivery, {"server": new, "stays": stays})
        accept(delivery, numbered(3, start=3))
        wait_until(lambda: len(stays.stored) == 6)
        seen.wait_for(SpoolChanged, lambda event: (event.output, event.records) == ("server", 3))
        assert new.bodies == []
        old.gate.set()
        wait_until(lambda: len(new.stored) == 3)


def test_a_stop_in_the_middle_of_a_change_loses_nothing(spool_file: Path) -> None:
    """What was given to those that go, and to those that have not begun, is written before the agent ends."""
    seen, goes, comes, server = Seen(), ListOutput(), ListOutput(), FakeServer(lambda _: Verdict(Action.HOLD))
    goes.gate.clear()
    delivery = Delivery({"list": goes}, spool_file, seen, SystemClock())
    delivery.start()
    accept(delivery, numbered(3))
    outputs = {"list": comes, "server": server}
    delivery.prepare(outputs, Limits())
    switch = delivery.switch(outputs, Limits())
    accept(delivery, numbered(3, start=3))
    ending = Thread(target=delivery.end_old, args=(switch, 60.0), daemon=True)
    ending.start()
    stopping = Thread(target=delivery.stop, args=(60.0,), daemon=True)
    stopping.start()
    wait_until(lambda: comes.closed)
    assert stopping.is_alive()
    goes.gate.set()
    stopping.join()
    assert goes.records == numbered(3)
    assert comes.records == numbered(3, start=3)
    ending.join()
    delivery.begin_new(switch)
    after = FakeServer()
    with delivering({"server": after}, spool_file, seen):
        wait_until(lambda: after.stored == {encode(each) for each in numbered(3, start=3)})
    assert seen.of(RecordsDropped) == []


class StoppedWhenCleared(Event):
    """Somebody asks for the end at the worst moment: between two steps of the thread that waits for this."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = lambda: None

    def clear(self) -> None:
        """Be stopped before and after."""
        self.stop()
        super().clear()


def test_a_sender_ends_whenever_it_is_stopped(spool_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the one that takes its place would wait for it for ever."""
    monkeypatch.setattr("rtu_agent.output.sender.Event", StoppedWhenCleared)
    server, spool = FakeServer(), Spool(spool_file, ["server"], Limits())
    sender = Sender("server", server, spool, Seen(), SystemClock())
    sender._wake.stop = sender.stop
    sender.start()
    sender.wake()
    assert server.closed.wait(5.0)
    spool.close()
