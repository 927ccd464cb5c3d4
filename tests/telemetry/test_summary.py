"""What a run says at its end."""

import json

from rtu_agent.clock import HandClock
from rtu_agent.events import DeviceStateChanged, Event, RecordsDropped, RecordsWritten, SpoolChanged, WriteFailed
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.roster import Roster
from rtu_agent.telemetry.summary import Summary
from support.made_up import ROSTER, polled, skipped, transaction


def after(*events: Event, seconds: float = 10.0, roster: Roster = ROSTER) -> Summary:
    """Return the summary of a run in which something happened."""
    clock = HandClock()
    board = Board(roster, clock)
    for event in events:
        board(event)
    clock.turn(seconds)
    return Summary(board.snapshot())


HAPPENED: tuple[Event, ...] = (
    *[transaction()] * 20,
    *[polled()] * 11,
    polled("feeder-2", "no_reply"),
    polled("feeder-2", "no_reply"),
    polled("feeder-2", "damaged"),
    DeviceStateChanged("floor1", "feeder-2", "suspect", "offline", "no_reply"),
    skipped("feeder-2", "offline"),
    polled("lobby"),
    RecordsWritten("sqlite", 15, 0.1),
    RecordsWritten("influxdb", 8, 0.1),
    WriteFailed("influxdb", "retryable", "connection\nrefused", 1),
    SpoolChanged("influxdb", 7, 1, 2, 3),
    RecordsDropped("influxdb", 2, "age"),
)


def test_it_says_what_was_read_stored_and_not_read() -> None:
    """In tables that a person reads without a manual."""
    assert (
        after(*HAPPENED).render()
        == """\
plant-a: 3 devices on 2 buses, 10.0 s

read    polls  good  failed  skipped  transactions   sent  received  busy
floor1     15    11       3        1            20  160 B     500 B  10 %
floor2      1     1       0        0             0    0 B       0 B   0 %

stored    records  waiting  dropped
sqlite         15        0        0
influxdb        8        7        2  failing: connection\\nrefused

not read  polls  reason
feeder-2      1  failed: damaged
feeder-2      2  failed: no reply
feeder-2      1  skipped: offline
"""
    )


def test_a_run_without_trouble_does_not_mention_any() -> None:
    """No empty table."""
    roster = Roster("home", ("floor1",), ROSTER.devices[:1], ("sqlite",))
    text = after(polled(), RecordsWritten("sqlite", 1, 0.1), roster=roster).render()

    assert text.startswith("home: 1 device on 1 bus, 10.0 s\n")
    assert "not read" not in text
    assert "failing" not in text


def test_programs_get_the_same_numbers() -> None:
    """As JSON, by name."""
    summary = json.loads(json.dumps(after(*HAPPENED).as_dict()))

    assert (summary["site"], summary["seconds"]) == ("plant-a", 10.0)
    assert summary["buses"]["floor1"] == {
        "polls": {"scheduled": 15, "good": 11, "failed": {"no_reply": 2, "damaged": 1}, "skipped": {"offline": 1}},
        "transactions": 20,
        "sent_bytes": 160,
        "received_bytes": 500,
        "utilisation": 0.1,
    }
    assert summary["devices"]["feeder-2"] == {
        "bus": "floor1",
        "state": "offline",
        "polls": {"scheduled": 4, "good": 0, "failed": {"no_reply": 2, "damaged": 1}, "skipped": {"offline": 1}},
    }
    assert summary["outputs"] == {
        "sqlite": {"stored": 15, "waiting": 0, "dropped": {}, "problem": None},
        "influxdb": {"stored": 8, "waiting": 7, "dropped": {"age": 2}, "problem": "connection\nrefused"},
    }


def test_a_run_of_no_length_is_no_division_by_zero() -> None:
    """Interrupted at once."""
    assert after(transaction(), seconds=0).as_dict()["buses"]["floor1"]["utilisation"] == 0
