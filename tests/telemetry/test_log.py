"""A person hears of every trouble once, of its end once, and of a swarm in moderation."""

import io
import json
from typing import Any

import pytest

from rtu_agent import events
from rtu_agent.clock import HandClock
from rtu_agent.events import (
    AdapterLatencyRead,
    AgentStarted,
    AgentStopped,
    ConfigRefused,
    ConfigReloaded,
    DeviceState,
    DeviceStateChanged,
    DriverFailed,
    EchoDetected,
    Event,
    ForeignFrameDiscarded,
    LateReplyDiscarded,
    LoopLagged,
    NoiseDiscarded,
    OutputEnded,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RecordsDropped,
    RecordsWritten,
    RetentionTooShort,
    SpoolChanged,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.log import Log, event_name
from rtu_agent.telemetry.log_lines import make_logger
from support.made_up import polled, skipped, transaction


class Heard:
    """A log, its clock and what it said."""

    def __init__(self, verbosity: int = 0) -> None:
        self.clock = HandClock()
        self._stream = io.StringIO()
        self._log = Log(make_logger(verbosity, self.clock, self._stream), self.clock)

    def after(self, *happened: Event) -> list[dict[str, Any]]:
        """Return the lines that these events made."""
        start = len(self._stream.getvalue())
        for event in happened:
            self._log(event)
        return [json.loads(line) for line in self._stream.getvalue()[start:].splitlines()]


@pytest.fixture
def heard() -> Heard:
    """A log at the usual verbosity that has said nothing yet."""
    return Heard()


def names(lines: list[dict[str, Any]]) -> list[str]:
    """Return which events the lines are about."""
    return [line["event"] for line in lines]


def changed(before: DeviceState, after: DeviceState, device: str = "main-meter") -> DeviceStateChanged:
    """Return a change of health."""
    return DeviceStateChanged("floor1", device, before, after, "no_reply")


def test_the_names_of_the_lines_are_a_contract() -> None:
    """People search for them and build alerts on them."""
    classes = [c for c in vars(events).values() if isinstance(c, type) and issubclass(c, Event)]

    assert [event_name(c) for c in classes] == [
        "event",
        "agent_started",
        "agent_stopped",
        "config_reloaded",
        "config_refused",
        "learnt_lost",
        "loop_lagged",
        "clock_jumped",
        "bus_event",
        "bus_planned",
        "port_opened",
        "port_lost",
        "port_open_failed",
        "adapter_latency_read",
        "echo_detected",
        "noise_discarded",
        "foreign_frame_discarded",
        "late_reply_discarded",
        "transaction_finished",
        "device_event",
        "poll_finished",
        "record_held_back",
        "poll_skipped",
        "device_state_changed",
        "refusals_learnt",
        "counters_restarted",
        "driver_failed",
        "driver_quarantined",
        "driver_recovered",
        "device_recognised",
        "identity_mismatched",
        "output_event",
        "records_written",
        "write_failed",
        "write_recovered",
        "output_ended",
        "records_dropped",
        "spool_changed",
        "retention_too_short",
    ]


def test_a_line_carries_the_fields_of_its_event(heard: Heard) -> None:
    """What is known is said, under the names that the code uses."""
    [line] = heard.after(PortOpenFailed("floor1", "/dev/ttyUSB0", "Permission denied", 1.23456))
    line.pop("timestamp")

    assert line == {
        "level": "warning",
        "event": "port_open_failed",
        "bus": "floor1",
        "port": "/dev/ttyUSB0",
        "error": "Permission denied",
        "retry_s": 1.235,
    }


def test_a_lost_device_is_said_once_and_once_when_it_returns(heard: Heard) -> None:
    """Its failing probes in between are not news."""
    lost = heard.after(changed("online", "suspect"), changed("suspect", "offline"))
    probed = heard.after(changed("offline", "suspect"), changed("suspect", "offline"), polled(outcome="no_reply"))
    back = heard.after(changed("offline", "suspect"), changed("suspect", "online"))
    again = heard.after(changed("online", "offline"))

    assert ["device_state_changed"] == names(lost) == names(back) == names(again)
    assert probed == []
    assert (lost[0]["level"], back[0]["level"]) == ("warning", "info")


def test_a_device_that_was_only_suspect_is_not_mentioned(heard: Heard) -> None:
    """One failed poll is what the counters are for."""
    assert heard.after(changed("online", "suspect"), changed("suspect", "online")) == []


def test_devices_do_not_silence_each_other(heard: Heard) -> None:
    """Each lost device is said."""
    assert len(heard.after(changed("suspect", "offline", "a"), changed("suspect", "offline", "b"))) == 2


def test_an_unplugged_port_is_three_lines(heard: Heard) -> None:
    """Lost, why it cannot be opened, back; not one line for each of a thousand tries."""
    gone = PortOpenFailed("floor1", "/dev/ttyUSB0", "No such file", 1)
    lines = heard.after(
        PortOpened("floor1", "/dev/ttyUSB0", reopened=False),
        PortLost("floor1", "/dev/ttyUSB0", "Input/output error"),
        *[gone] * 1000,
        PortOpened("floor1", "/dev/ttyUSB0", reopened=True),
    )
    heard.clock.turn(10)
    lines += heard.after(gone)

    assert names(lines) == ["port_opened", "port_lost", "port_open_failed", "port_opened", "port_open_failed"]


def test_a_port_that_comes_and_goes_is_said_in_moderation(heard: Heard) -> None:
    """A loose plug must not fill the disk: a minute of it is a few lines, and the newest state is said."""
    heard.after(PortOpened("floor1", "/dev/x", reopened=False))
    lines = []
    for _ in range(60):
        heard.clock.turn(1.0)
        lines += heard.after(
            PortLost("floor1", "/dev/x", "EIO"),
            PortOpenFailed("floor1", "/dev/x", "ENOENT", 0.1),
            PortOpened("floor1", "/dev/x", reopened=True),
        )
    heard.clock.turn(10.0)
    last = heard.after(transaction())

    assert len(lines) <= 3 * 7
    assert {"port_lost", "port_open_failed", "port_opened"} == set(names(lines))
    assert "port_opened" in names(last)


def test_a_slow_adapter_is_said_once_until_it_is_mended(heard: Heard) -> None:
    """Read at every opening, said at the first, with what to do; a quick one is no news unless it was slow."""
    quick = AdapterLatencyRead("floor1", "/dev/ttyUSB0", 0.001, None)
    slow = AdapterLatencyRead("floor1", "/dev/ttyUSB0", 0.016, "install the rules")
    other = AdapterLatencyRead("floor2", "/dev/ttyUSB1", 0.016, "install the rules")

    lines = heard.after(quick, slow, slow, other, quick, quick, slow)

    assert [(line["level"], line["bus"], line["latency_s"], line.get("mend")) for line in lines] == [
        ("warning", "floor1", 0.016, "install the rules"),
        ("warning", "floor2", 0.016, "install the rules"),
        ("info", "floor1", 0.001, None),
        ("warning", "floor1", 0.016, "install the rules"),
    ]


def test_an_output_that_fails_is_said_once_for_each_cause(heard: Heard) -> None:
    """A server that is away and a token that is wrong need different people."""
    away = WriteFailed("influxdb", "retryable", "connection refused", 1)
    token = WriteFailed("influxdb", "auth", "401 unauthorized", 60)
    lines = heard.after(away, away, token, away, token, WriteRecovered("influxdb", 12.0), away)

    assert names(lines) == ["write_failed", "write_failed", "write_recovered", "write_failed"]
    assert [line["level"] for line in lines] == ["warning", "error", "info", "warning"]


@pytest.mark.parametrize(
    "event",
    [
        NoiseDiscarded("floor1", 1),
        ForeignFrameDiscarded("floor1", 9, 3),
        LateReplyDiscarded("floor1", 1, 0.7),
        DriverFailed("floor1", "main-meter", "acme.x", "ValueError: boom"),
        WriteFailed("influxdb", "rejected", "400 bad line", 0),
        RecordsDropped("influxdb", 1, "overflow"),
        LoopLagged(0.8),
    ],
)
def test_a_swarm_is_one_line_in_ten_seconds(heard: Heard, event: Event) -> None:
    """The first at once, then one with the count of what was held back."""
    lines = heard.after(*[event] * 100)
    heard.clock.turn(9.9)
    assert len(lines + heard.after(event)) == 1

    heard.clock.turn(0.2)
    [line] = heard.after(transaction())
    assert (event_name(type(event)), 99) == (line["event"], line["held_back"])


def test_an_output_that_ended_is_said(heard: Heard) -> None:
    """Its records are dropped from now on."""
    [line] = heard.after(OutputEnded("jsonl", "nobody reads"))

    assert (line["event"], line["level"], line["output"], line["error"]) == (
        "output_ended",
        "warning",
        "jsonl",
        "nobody reads",
    )


def test_the_count_of_a_swarm_is_in_its_own_unit(heard: Heard) -> None:
    """Bytes of noise and lost records, not the number of times it was noticed."""
    heard.after(*[NoiseDiscarded("floor1", 40)] * 3, *[RecordsDropped("influxdb", 500, "age")] * 3)
    heard.clock.turn(10)

    assert {("noise_discarded", 40), ("records_dropped", 500)} == {
        (line["event"], line["held_back"]) for line in heard.after(transaction())
    }


def test_one_bus_does_not_silence_another(heard: Heard) -> None:
    """Noise on the first is no reason to hide noise on the second."""
    assert len(heard.after(NoiseDiscarded("floor1", 1), NoiseDiscarded("floor2", 1))) == 2


def test_what_is_held_back_is_said_before_the_end(heard: Heard) -> None:
    """Nothing stays unmentioned because the agent stopped in the meantime."""
    heard.after(*[NoiseDiscarded("floor1", 1)] * 3)

    assert names(heard.after(AgentStopped("plant-a"))) == ["noise_discarded", "agent_stopped"]


def test_what_goes_well_is_said_by_counters_only(heard: Heard) -> None:
    """An agent that works is silent."""
    lines = heard.after(
        transaction(),
        polled(),
        skipped(),
        RecordsWritten("sqlite", 1, 0.01),
        SpoolChanged("influxdb", 1, 1, 1, 1),
        LoopLagged(0.1),
    )

    assert lines == []


def test_the_milestones_are_said(heard: Heard) -> None:
    """Starting, stopping and what was found out."""
    lines = heard.after(AgentStarted("plant-a", 2, 3), EchoDetected("floor1"), AgentStopped("plant-a"))

    assert names(lines) == ["agent_started", "echo_detected", "agent_stopped"]
    assert {"info"} == {line["level"] for line in lines}


def test_everything_is_said_on_request() -> None:
    """-v is for the person who follows one transaction; a record does not fit on a line and is left out."""
    [transaction_line, poll_line] = Heard(verbosity=1).after(transaction(), polled())

    assert tuple(transaction_line[k] for k in ("level", "event", "sent_bytes")) == ("debug", "transaction_finished", 8)
    assert poll_line["outcome"] == "good"
    assert "record" not in poll_line


@pytest.mark.parametrize(
    ("verbosity", "levels"), [(0, ["info", "warning", "error"]), (-1, ["warning", "error"]), (-2, ["error"])]
)
def test_quiet_leaves_out_the_lesser_news(verbosity: int, levels: list[str]) -> None:
    """-q says only what is wrong, -qq only what loses data."""
    lines = Heard(verbosity).after(
        AgentStarted("plant-a", 2, 3),
        PortLost("floor1", "/dev/x", "EIO"),
        RecordsDropped("influxdb", 1, "overflow"),
    )

    assert levels == [line["level"] for line in lines]


def test_a_retention_that_is_too_short_is_a_warning(heard: Heard) -> None:
    """Nothing is lost yet."""
    short = RetentionTooShort("influxdb", 3600.0, 86_400.0)
    (line,) = heard.after(short)
    assert (line["event"], line["level"]) == ("retention_too_short", "warning")
    assert (line["keeps_s"], line["spool_keeps_s"]) == (3600.0, 86_400.0)


def test_a_reload_says_what_has_changed(heard: Heard) -> None:
    """In the words of the configuration; one that was refused says every mistake with its place."""
    [done] = heard.after(ConfigReloaded("devices.yaml", added=("device a",), restarted=("output b",)))
    [refused] = heard.after(ConfigRefused("devices.yaml", ("devices.yaml:3:1: no",)))

    assert (done["level"], done["added"], done["removed"], done["restarted"]) == (
        "info",
        ["device a"],
        [],
        ["output b"],
    )
    assert (refused["level"], refused["problems"]) == ("warning", ["devices.yaml:3:1: no"])


def test_who_begins_anew_has_no_past(heard: Heard) -> None:
    """A device that was offline when it left is told of again when it is lost again, and no return of it is."""
    lost = changed("suspect", "offline")
    heard.after(lost, changed("suspect", "offline", "feeder-2"))
    heard.after(ConfigReloaded("devices.yaml", restarted=("device main-meter",)))

    assert names(heard.after(lost)) == ["device_state_changed"]
    assert heard.after(changed("suspect", "offline", "feeder-2")) == []
