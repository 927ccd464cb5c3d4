"""Rollups as they reach their server: every record in its window, once, whatever comes late, twice or after a kill."""

import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import COUNTER, EVENTS, IDENTITY, Field, Record, Series
from rtu_agent.events import Event, RecordsDropped, RecordsWritten
from rtu_agent.output.contract import Action, RollupTarget, Verdict
from rtu_agent.output.line_protocol import body, encode
from rtu_agent.output.line_reader import Line, cut, values
from rtu_agent.output.rollup import KNOWN_BEFORE, Sample, rollup, window_of
from rtu_agent.output.rollup_output import LATE_S, RollupOutput
from rtu_agent.output.sqlite_file import FileSetAsideError
from support.database import Database, Points
from support.outputs import accept, delivering
from support.records import NOON_MS, numbered, record, series
from support.watching import Seen, wait_until

MINUTE_MS = 60_000
FIELDS = (Field("active_power_w"), Field("status_code", "int"), Field("energy_kwh", counts_to=1000.0))
NAMES = {field.name: field for field in FIELDS}
METER = series("meter", FIELDS)


def minutes(file: Path, database: Database, watch: object = None) -> RollupOutput:
    """The rollup of one minute."""
    seen = watch if callable(watch) else Seen()
    return RollupOutput("influxdb-1m", RollupTarget(60.0, database), lambda _: NAMES, file, seen)


def at(seconds: float, power: float = 1.0, energy: float | None = None, of: Series = METER) -> Record:
    """A record some time after noon."""
    return Record(of, NOON_MS + round(seconds * 1000), (power, 3, energy))


def test_a_window_is_sent_once_it_is_over(tmp_path: Path) -> None:
    """Under the time of its beginning; the open one is not."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    for second in range(0, 140, 10):
        assert output.send(body([at(second, float(second), second / 10)])) == Verdict(Action.ACCEPTED)
    output.close()
    assert database.closed
    (first, second) = database.bodies
    assert first.decode() == (
        "energy_meter,bus=floor1,device=meter,site=plant-a active_power_w_last=50.0,active_power_w_mean=25.0,"
        "active_power_w_min=0.0,active_power_w_max=50.0,status_code_last=3i,energy_kwh_last=5.0,"
        f"energy_kwh_increase=5.0,quality_good_share=1.0,records=6i,quality=0i {NOON_MS}"
    )
    assert b"active_power_w_mean=85.0" in second
    assert b"energy_kwh_increase=6.0" in second


def test_records_of_an_open_window_survive_a_restart(tmp_path: Path) -> None:
    """The window is completed by what comes afterwards."""
    database = Database()
    for seconds in (range(0, 30, 10), range(30, 80, 10)):
        output = minutes(tmp_path / "r", database)
        output.send(body([at(second) for second in seconds]))
        output.close()
    assert database.of("records") == {NOON_MS: 6}


def test_a_late_record_corrects_its_window_and_what_later_ones_counted(tmp_path: Path) -> None:
    """The same point is written again; the sum of the increases stays what the counter has counted."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    output.send(body([at(10, energy=1.0), at(70, energy=5.0), at(130), at(190)]))
    assert database.of("energy_kwh_increase") == {NOON_MS + MINUTE_MS: 4.0}
    output.send(body([at(50, power=9.0, energy=4.0)]))
    output.send(body([at(200)]))
    assert database.of("energy_kwh_increase") == {NOON_MS: 3.0, NOON_MS + MINUTE_MS: 1.0}
    assert database.of("active_power_w_max")[NOON_MS] == 9.0
    assert database.of("records")[NOON_MS] == 2
    output.close()


def test_a_counter_goes_on_where_it_was_days_ago(tmp_path: Path) -> None:
    """The lines are gone, the last values are not."""
    database = Database()
    for seconds, energy in ((10, 1.0), (20, 7.0), (3 * 86_400, 9.5), (3 * 86_400 + 70, 9.5)):
        output = minutes(tmp_path / "r", database)
        output.send(body([at(seconds, energy=energy)]))
        output.close()
    assert database.of("energy_kwh_increase") == {NOON_MS: 6.0, NOON_MS + 3 * 86_400_000: 2.5}


def restart(seconds: float, text: str) -> Record:
    """What the poller says before the record of that time."""
    tags = {**METER.tags, "kind": COUNTER}
    return Record(Series(EVENTS, tags, (Field("text", "string"),)), NOON_MS + round(seconds * 1000), (text,))


@pytest.mark.parametrize("apart", [False, True], ids=["in one body", "restarted between"])
def test_a_meter_that_was_replaced_books_nothing_in_any_window(tmp_path: Path, apart: bool) -> None:
    """Neither in its own nor in later ones, also for a counter that stands higher now; a rollover is booked."""
    database = Database()
    records = [
        at(10, energy=1.0),
        at(50, energy=2.0),
        restart(70, "energy_kwh: meter_replaced, other_kwh: meter_replaced"),
        at(70, energy=950.0),
        at(110, energy=960.0),
        restart(150, "energy_kwh: rolled_over"),
        at(150, energy=20.0),
        at(170, energy=30.0),
        at(250, energy=31.0),
    ]
    for bodies in [[one] for one in records] if apart else [records]:
        output = minutes(tmp_path / "r", database)
        output.send(body(bodies))
        output.close()
    assert list(database.of("energy_kwh_increase").values()) == [1.0, 10.0, 70.0]


def test_a_value_that_is_not_stored_again_counts_for_its_time(tmp_path: Path) -> None:
    """A minute of nothing and ten seconds of 600 W, each second of them a record, are 100 W: also over windows."""
    database = Database()
    power = replace(FIELDS[0], held_s=300.0)
    of = series("meter", (power,))
    output = RollupOutput("r", RollupTarget(60.0, database), lambda _: {power.name: power}, tmp_path / "r", Seen())
    stands = [Record(of, NOON_MS, (0.0,)), Record(of, NOON_MS + 120_000, (0.0,))]
    moves = [Record(of, NOON_MS + 1000 * second, (600.0,)) for second in (*range(50, 60), 170)]
    output.send(body(sorted([*stands, *moves, at(500, of=METER)], key=lambda one: one.time_ms)))
    output.close()
    assert database.of("active_power_w_mean") == {
        NOON_MS: pytest.approx(100.0),
        NOON_MS + 2 * MINUTE_MS: pytest.approx(100.0),
    }
    assert database.of("active_power_w_max") == {NOON_MS: 600.0, NOON_MS + 2 * MINUTE_MS: 600.0}


def test_a_value_does_not_stand_while_the_device_is_silent(tmp_path: Path) -> None:
    """Nor afterwards, in the window in which it comes back."""
    database = Database()
    power = replace(FIELDS[0], held_s=300.0)
    of = series("meter", (power,))
    output = RollupOutput("r", RollupTarget(60.0, database), lambda _: {power.name: power}, tmp_path / "r", Seen())
    output.send(body([Record(of, NOON_MS, (100.0,)), silence(30), Record(of, NOON_MS + 90_000, (500.0,)), at(200)]))
    output.close()
    assert database.of("active_power_w_mean") == {NOON_MS: 100.0, NOON_MS + MINUTE_MS: 500.0}


def silence(seconds: float) -> Record:
    """The record that the meter does not answer."""
    return Record(series("meter", ()), NOON_MS + round(1000 * seconds), (), RecordQuality.NO_ANSWER)


def test_a_file_of_the_format_before_restarts_is_gone_on_with(tmp_path: Path) -> None:
    """Nothing that it holds is lost."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    output.send(body([at(10, energy=1.0)]))
    output.close()
    with sqlite3.connect(tmp_path / "r") as earlier:
        earlier.execute("DROP TABLE restart")
        earlier.execute("PRAGMA user_version = 1")
    earlier.close()
    output = minutes(tmp_path / "r", database)
    output.send(body([at(50, energy=3.0), restart(60, "energy_kwh: meter_replaced"), at(70, energy=9.0)]))
    assert database.of("energy_kwh_increase") == {NOON_MS: 2.0}
    output.close()


def test_what_comes_after_its_window_is_done_is_refused_and_counted_once(tmp_path: Path) -> None:
    """A window whose lines are gone is not replaced by a part of it."""
    seen = Seen()
    database = Database()
    output = minutes(tmp_path / "r", database, seen)
    output.send(body([at(0), at(1)]))
    output.send(body([at(120 + LATE_S)]))
    database.mood = lambda _: (Action.AGAIN, False)
    late = body([at(2), at(3), at(200 + LATE_S)])
    assert output.send(late).action is Action.AGAIN
    database.mood = lambda _: (Action.ACCEPTED, True)
    assert output.send(late).action is Action.ACCEPTED
    output.close()
    assert database.of("records")[NOON_MS] == 2
    assert [(event.records, event.reason) for event in seen.of(RecordsDropped)] == [(2, "age")]


def test_a_clock_that_was_wrong_for_a_while_spoils_no_later_window(tmp_path: Path) -> None:
    """A year ahead, then set right: the records of the right time have their windows."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    output.send(body([at(0)]))
    output.send(body([at(365 * 86_400)]))
    for second in range(60, 200, 10):
        output.send(body([at(second)]))
    output.close()
    assert database.of("records")[NOON_MS + MINUTE_MS] == 6
    assert database.of("records")[NOON_MS] == 1


def test_a_server_that_is_away_holds_the_batch(tmp_path: Path) -> None:
    """And gets everything when it is back; the batch that is sent again changes nothing."""
    database = Database(lambda _: (Action.HOLD, False))
    output = minutes(tmp_path / "r", database)
    batch = body([at(second) for second in range(0, 200, 10)])
    assert [output.send(batch).action for _ in range(3)] == [Action.HOLD] * 3
    assert database.stored == {}
    database.mood = lambda _: (Action.ACCEPTED, True)
    assert output.send(batch) == Verdict(Action.ACCEPTED)
    assert set(database.of("records").values()) == {6}
    output.close()


REFUSED = f" {NOON_MS + MINUTE_MS}".encode()
"""How the line of the second window ends."""


def refusing(lines: bytes) -> tuple[Action, bool]:
    """A server that cannot take the second window."""
    return (Action.REJECTED, False) if REFUSED in lines else (Action.ACCEPTED, True)


def test_a_window_that_the_server_refuses_is_a_dead_letter(tmp_path: Path) -> None:
    """With the server's reason; its neighbours arrive, and it is neither sent nor said again."""
    database = Database(refusing)
    output = minutes(tmp_path / "r", database)
    assert output.send(body([at(second) for second in range(0, 400, 10)])) == Verdict(Action.ACCEPTED)
    (letter,) = output.refused()
    assert letter.line.endswith(REFUSED)
    assert letter.reason == "as told"
    assert set(database.of("records")) == {NOON_MS + minute * MINUTE_MS for minute in (0, 2, 3, 4, 5)}
    output.committed()
    database.bodies.clear()
    assert output.send(body([at(430)])) == Verdict(Action.ACCEPTED)
    assert output.refused() == ()
    output.close()
    assert [REFUSED in each for each in database.bodies] == [False]


def test_a_refused_window_is_not_forgotten_by_a_kill(tmp_path: Path) -> None:
    """Killed before the spool has the dead letter, the agent gets the batch again, and says it again.

    A batch may be given in several bodies, and hours may lie between them.
    """
    batch = [at(second) for second in range(0, 400, 10)]
    for _ in range(2):
        output = minutes(tmp_path / "r", Database(refusing))
        output.send(body(batch[:30]))
        output.send(body(batch[30:]))
        assert len(output.refused()) == 1
        output.close()


def test_a_refused_window_is_said_once_while_the_server_goes_away(tmp_path: Path) -> None:
    """The batch is held for other windows, and given again."""
    database = Database()

    def away_later(lines: bytes) -> tuple[Action, bool]:
        away = b" %d" % (NOON_MS + 599 * MINUTE_MS) in lines and len(database.bodies) < 30
        return (Action.AGAIN, False) if away else refusing(lines)

    database.mood = away_later
    output = minutes(tmp_path / "r", database)
    batch = body([at(60.0 * minute) for minute in range(602)])
    verdicts = [output.send(batch)]
    while verdicts[-1].action is Action.AGAIN:
        verdicts.append(output.send(batch))
    output.close()
    assert len(verdicts) > 2
    assert len(output.refused()) == 1
    assert len(database.of("records")) == 599  # all that are over but the one


def test_a_refused_window_is_made_anew_when_it_is_sent_again(tmp_path: Path) -> None:
    """With what came late; one whose lines are gone is sent as it was."""
    database = Database(refusing)
    output = minutes(tmp_path / "r", database)
    output.send(body([at(second) for second in range(0, 400, 10)]))
    (letter,) = output.refused()
    output.committed()
    database.mood = lambda _: (Action.ACCEPTED, True)
    assert output.send_again(letter.line).action is Action.ACCEPTED
    output.send(body([at(85.0), at(410)]))
    assert database.of("records")[NOON_MS + MINUTE_MS] == 7
    output.send(body([at(500 + LATE_S)]))
    database.stored.clear()
    assert output.send_again(letter.line).action is Action.ACCEPTED
    output.close()
    assert database.of("records") == {NOON_MS + MINUTE_MS: 6}


def test_a_refused_window_lies_in_the_spool(tmp_path: Path) -> None:
    """Under the name of the rollup; what was asked for again does not count as a record of a device."""
    database, seen, spool = Database(refusing), Seen(), tmp_path / "spool.db"
    output = minutes(tmp_path / "r", database, seen)
    with delivering({"influxdb-1m": output}, spool, seen) as delivery:
        accept(delivery, [at(second) for second in range(0, 200, 10)])
        seen.wait_for(RecordsDropped)
        connection = sqlite3.connect(spool)
        assert connection.execute("SELECT output, reason FROM dead").fetchall() == [("influxdb-1m", "as told")]
        database.mood = lambda _: (Action.ACCEPTED, True)
        with connection:
            connection.execute("UPDATE dead SET again = 1")
        for second in (200, 260):
            before = len(seen.of(RecordsWritten))
            accept(delivery, [at(second)])
            wait_until(lambda before=before: len(seen.of(RecordsWritten)) > before)
        assert connection.execute("SELECT count(*) FROM dead").fetchone() == (0,)
        connection.close()
    assert [(event.output, event.records, event.reason) for event in seen.of(RecordsDropped)] == [
        ("influxdb-1m", 1, "rejected")
    ]
    assert set(database.of("records")) == {NOON_MS + minute * MINUTE_MS for minute in range(4)}
    assert database.of("records")[NOON_MS + MINUTE_MS] == 6


def test_remarks_and_identities_are_not_rolled_up(tmp_path: Path) -> None:
    """They are text, written on change."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    texts = [Series(name, METER.tags, (Field("text", "string"),)) for name in (EVENTS, IDENTITY)]
    output.send(body([Record(of, NOON_MS + second * 1000, ("x",)) for second in range(100) for of in texts]))
    output.close()
    assert database.bodies == []


def test_two_records_of_one_time_are_one_point(tmp_path: Path) -> None:
    """As they are in the database: with the fields of both, the later quality."""
    database = Database()
    output = minutes(tmp_path / "r", database)
    other = series("meter", [Field("status_code", "int")])
    both = [at(0, 5.0), Record(other, NOON_MS, (4,), RecordQuality.PARTIAL)]
    for _ in range(3):
        output.send(body([*both, at(100)]))
    output.close()
    assert database.of("records")[NOON_MS] == 1
    assert database.of("status_code_last")[NOON_MS] == 4
    assert database.of("active_power_w_last")[NOON_MS] == 5.0


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    """The sender asks again, and the rollup begins anew."""
    (tmp_path / "r").write_bytes(b"no database at all, " * 500)
    database = Database()
    output = minutes(tmp_path / "r", database)
    with pytest.raises(FileSetAsideError, match=r"r\.damaged-1"):
        output.send(body([at(0)]))
    assert output.send(body([at(0), at(100)])).action is Action.ACCEPTED
    output.close()
    assert database.of("records") == {NOON_MS: 1}


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """And said, as often as the sender asks."""
    with sqlite3.connect(tmp_path / "r") as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    output = minutes(tmp_path / "r", Database())
    with pytest.raises(Exception, match="format 99, this version knows format 2"):
        output.send(body([at(0)]))
    output.close()


def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    """Lines go when their window is done; two values of each counter stay."""
    output = minutes(tmp_path / "r", Database())
    for hour in range(30):
        output.send(body([at(hour * 3600 + second, energy=float(second)) for second in range(0, 3600, 60)]))
    output.close()
    connection = sqlite3.connect(tmp_path / "r")
    lines, counted, due = (
        connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("line", "counted", "due")
    )
    connection.close()
    assert lines <= 80
    assert counted <= 80
    assert due <= 2


# -- any order, any failure, any restart -------------------------------------------------------------------------------

POLLS = st.lists(
    st.tuples(st.integers(0, 400), st.floats(-1e6, 1e6), st.none() | st.integers(0, 999), st.integers(0, 1)),
    min_size=1,
    max_size=40,
    unique_by=lambda poll: (poll[0], poll[3]),
)
DEVICES = tuple(series(f"meter {number}", FIELDS) for number in range(2))


def expected(records: Sequence[Record]) -> Points:
    """Compute every window from all records at once."""
    found: Points = {}
    lines: dict[str, list[Line]] = {}
    for line in sorted(filter(None, (cut(encode(each).encode()) for each in records)), key=lambda line: line.time_ms):
        lines.setdefault(line.key, []).append(line)
    for key, of_series in lines.items():
        for begin_ms in {window_of(line.time_ms, MINUTE_MS) for line in of_series}:
            inside = [line for line in of_series if window_of(line.time_ms, MINUTE_MS) == begin_ms]
            earlier = [values(line.fields) for line in of_series if line.time_ms < begin_ms]
            counts = [float(each["energy_kwh"]) for each in earlier if "energy_kwh" in each]
            samples = [Sample(line.time_ms, values(line.fields)) for line in inside]
            rolled = rollup(samples, NAMES, {"energy_kwh": counts[-KNOWN_BEFORE:]})
            found[key, begin_ms] = {field.name: value for field, value in rolled.items()}
    return found


def without_last(points: Points, end_ms: int) -> Mapping[tuple[str, int], object]:
    """Leave out the window that is open."""
    return {key: fields for key, fields in points.items() if key[1] < end_ms}


@given(POLLS, st.integers(0, 2**32), st.booleans())
def test_in_the_end_the_server_has_what_all_records_together_make(
    polls: list[tuple[int, float, int | None, int]], seed: int, in_order: bool
) -> None:
    """However they are cut into batches, whatever comes late, is refused, stored in vain, repeated or cut by a kill."""
    chance = random.Random(seed)
    records = [
        at(second, power, None if energy is None else float(energy), DEVICES[device])
        for second, power, energy, device in polls
    ]
    arrival = sorted(records, key=lambda each: each.time_ms) if in_order else records
    database = Database()
    with TemporaryDirectory() as folder:
        output = minutes(Path(folder, "r"), database)
        queue = [*arrival, at(2000, of=DEVICES[0])]
        while queue:
            batch = queue[: chance.randrange(1, 6)]
            database.mood = lambda _: chance.choice(
                [(Action.ACCEPTED, True), (Action.AGAIN, False), (Action.AGAIN, True)]
            )
            verdict = output.send(body(batch))
            if chance.random() < 0.2:  # killed between the answer and the spool's knowing it, or after
                output.close()
                output = minutes(Path(folder, "r"), database)
                verdict = chance.choice([verdict, Verdict(Action.AGAIN)])
            if verdict.action is Action.ACCEPTED:
                queue = queue[len(batch) :]
        output.close()
    end_ms = NOON_MS + 2_000_000 - 2_000_000 % MINUTE_MS
    assert without_last(database.stored, end_ms) == without_last(expected(arrival), end_ms)


def test_numbered_records_of_the_plain_meter_have_known_fields_only(tmp_path: Path) -> None:
    """What the site does not know of a device is not averaged."""
    events: list[Event] = []
    database = Database()
    output = RollupOutput("r", RollupTarget(60.0, database), lambda _: {}, tmp_path / "r", events.append)
    output.send(body([*numbered(60), record(100)]))
    output.close()
    assert set(next(iter(database.stored.values()))) == {
        *("voltage_l1_n_v_last", "active_power_w_last", "status_code_last", "quality", "quality_good_share", "records")
    }
    assert events == []
