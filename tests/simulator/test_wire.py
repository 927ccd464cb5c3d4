"""The wire keeps the time of the characters, exactly, whenever it is asked."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.wire import Transmission, Wire

REQUEST = bytes.fromhex("010400000002 71CB")
REPLY = bytes.fromhex("0104044366333 41B38".replace(" ", ""))
SLOW = LineSettings(baudrate=9600)
CHARACTER_S = 10 / 9600


def steps(wire: Wire) -> Iterator[float]:
    """Yield every deadline of the wire until nobody talks."""
    while (deadline := wire.next_deadline()) is not None:
        yield deadline


def delivered(wire: Wire) -> list[tuple[float, bytes]]:
    """Turn the clock from deadline to deadline; return what reached the master, and when."""
    arrivals = [(now, wire.read_master(now)) for now in steps(wire)]
    return [(now, data) for now, data in arrivals if data]


def asked(wire: Wire, now: float = 0.0) -> float:
    """Send the request; return when the slaves have heard it."""
    wire.write_master(REQUEST, now)
    heard_s = wire.next_deadline()
    assert heard_s is not None
    assert wire.read_slaves(heard_s) == [REQUEST]
    return heard_s


@pytest.mark.parametrize(
    ("line", "character_s", "t35_s"),
    [
        pytest.param(LineSettings(9600), 10 / 9600, 35 / 9600, id="8N1"),
        pytest.param(LineSettings(19200, stop_bits=2), 11 / 19200, 38.5 / 19200, id="8N2"),
        pytest.param(LineSettings(19200, parity="even"), 11 / 19200, 38.5 / 19200, id="8E1"),
        pytest.param(LineSettings(115200), 10 / 115200, 0.00175, id="fixed t3.5"),
    ],
)
def test_a_transaction_takes_the_time_of_its_characters_and_silences(
    line: LineSettings, character_s: float, t35_s: float
) -> None:
    """Characters, t3.5 and turnaround, nothing else, for every length of a character."""
    trace: list[Transmission] = []
    wire = Wire(line, turnaround_s=0.002, trace=trace.append)

    heard_s = asked(wire, now=100.0)
    assert heard_s == pytest.approx(100 + 8 * character_s + t35_s)
    wire.write_slaves(REPLY, heard_s + 0.0005)
    arrivals = delivered(wire)

    end_s = heard_s + 0.002 + 9 * character_s
    assert arrivals[-1][0] == pytest.approx(end_s)
    assert [(sent.sender, sent.data, sent.start_s, sent.end_s, sent.received_s) for sent in trace] == [
        ("master", REQUEST, 100.0, pytest.approx(100 + 8 * character_s), heard_s),
        ("slave", REPLY, pytest.approx(heard_s + 0.002), pytest.approx(end_s), arrivals[-1][0]),
    ]


def test_a_slow_slave_starts_when_it_has_its_answer() -> None:
    """The turnaround is the least a slave needs, not what it always takes."""
    wire = Wire(SLOW, turnaround_s=0.002)
    heard_s = asked(wire)

    wire.write_slaves(REPLY, heard_s + 0.5)

    assert delivered(wire)[-1][0] == pytest.approx(heard_s + 0.5 + 9 * CHARACTER_S)


def test_a_reply_arrives_character_by_character() -> None:
    """At 9600 baud each character is handed over when its last bit has passed, none earlier."""
    wire = Wire(SLOW, turnaround_s=0.0)
    heard_s = asked(wire)
    wire.write_slaves(REPLY, heard_s)

    arrivals = delivered(wire)

    assert [data for _, data in arrivals] == [bytes([byte]) for byte in REPLY]
    assert [now for now, _ in arrivals] == pytest.approx([heard_s + k * CHARACTER_S for k in range(1, 10)])


def test_a_fast_wire_is_handed_over_in_chunks_but_its_end_at_once() -> None:
    """At 115200 baud a character each 87 µs would wake the receiver for each; an adapter does not."""
    line = LineSettings(115200)
    wire = Wire(line, turnaround_s=0.0, handover_s=0.001)
    heard_s = asked(wire)
    wire.write_slaves(bytes(30), heard_s)

    arrivals = delivered(wire)

    assert [len(data) for _, data in arrivals] == [1, 11, 12, 6]
    assert arrivals[-1][0] == pytest.approx(heard_s + line.wire_s(30))


def test_a_pause_shorter_than_t35_does_not_end_a_request() -> None:
    """A master's program may write one frame in two pieces."""
    wire = Wire(SLOW)
    wire.write_master(REQUEST[:3], 0.0)
    second_s = 3 * CHARACTER_S + 3.4 * CHARACTER_S
    assert wire.read_slaves(second_s) == []

    wire.write_master(REQUEST[3:], second_s)

    assert wire.next_deadline() == pytest.approx(second_s + 5 * CHARACTER_S + 3.5 * CHARACTER_S)
    assert wire.read_slaves(1.0) == [REQUEST]


def test_a_pause_of_t35_ends_a_request() -> None:
    """What follows is another frame, as a slave would see it."""
    wire = Wire(SLOW)
    wire.write_master(REQUEST[:3], 0.0)
    wire.write_master(REQUEST[3:], 3 * CHARACTER_S + 3.6 * CHARACTER_S)

    assert wire.read_slaves(1.0) == [REQUEST[:3], REQUEST[3:]]


def test_what_is_written_faster_than_the_wire_waits_for_its_turn() -> None:
    """Two writes in one instant are one run of characters."""
    wire = Wire(SLOW)
    wire.write_master(REQUEST[:3], 0.0)
    wire.write_master(REQUEST[3:], 0.0)

    assert wire.next_deadline() == pytest.approx(8 * CHARACTER_S + 3.5 * CHARACTER_S)


def test_a_caller_that_comes_late_does_not_slow_the_wire_down() -> None:
    """Planned times count, not the time of the call."""
    trace: list[Transmission] = []
    wire = Wire(SLOW, turnaround_s=0.002, trace=trace.append)
    wire.write_master(REQUEST, 0.0)
    heard_s = 11.5 * CHARACTER_S

    assert wire.read_slaves(heard_s + 0.0015) == [REQUEST]
    wire.write_slaves(REPLY, heard_s + 0.0018)
    assert wire.read_master(heard_s + 5.0) == REPLY

    assert trace[-1].start_s == pytest.approx(heard_s + 0.002)
    assert trace[-1].end_s == pytest.approx(heard_s + 0.002 + 9 * CHARACTER_S)
    assert trace[-1].received_s == heard_s + 5.0


def test_a_master_that_talks_into_a_reply_breaks_both() -> None:
    """The characters that met are garbled, and no slave hears a request that met a reply."""
    trace: list[Transmission] = []
    wire = Wire(SLOW, turnaround_s=0.0, trace=trace.append)
    heard_s = asked(wire)
    wire.write_slaves(REPLY, heard_s)
    collision_s = heard_s + 4.5 * CHARACTER_S
    before = wire.read_master(collision_s)

    wire.write_master(b"\x01\x04", collision_s)
    after = b"".join(data for _, data in delivered(wire))

    assert before == REPLY[:4]
    assert after == bytes(byte ^ 0xFF for byte in REPLY[4:7]) + REPLY[7:]
    assert wire.read_slaves(1.0) == []
    assert [(sent.sender, sent.data, sent.collided) for sent in trace] == [
        ("master", REQUEST, False),
        ("slave", REPLY, True),
        ("master", b"\x01\x04", True),
    ]


def test_a_slave_that_talks_into_a_request_breaks_both() -> None:
    """The same seen from the other side: a late reply meets the next request."""
    wire = Wire(SLOW)
    late_s = asked(wire) + 1.0
    wire.write_master(REQUEST, late_s)
    wire.write_slaves(REPLY, late_s + 4.5 * CHARACTER_S)

    received = b"".join(data for _, data in delivered(wire))

    assert received == bytes(byte ^ 0xFF for byte in REPLY[:4]) + REPLY[4:]
    assert wire.read_slaves(late_s + 1.0) == []


def test_a_request_without_silence_before_it_is_answered() -> None:
    """Masters that leave no t3.5 exist; the trace shows what they do."""
    trace: list[Transmission] = []
    wire = Wire(SLOW, trace=trace.append)
    wire.write_slaves(REPLY, asked(wire))
    end_s, _ = delivered(wire)[-1]

    asked(wire, now=end_s + 0.0001)

    assert trace[2].start_s - trace[1].end_s == pytest.approx(0.0001)


def test_a_quiet_wire_has_nothing_to_wait_for() -> None:
    """Otherwise the shell would wake for nothing."""
    wire = Wire(SLOW)

    assert wire.next_deadline() is None
    wire.write_slaves(REPLY, asked(wire))
    delivered(wire)
    assert wire.next_deadline() is None


pieces = st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.floats(0, 0.02)), min_size=1, max_size=8)


@given(requests=pieces, replies=pieces, calls=st.lists(st.floats(0, 0.5), max_size=30))
def test_the_wire_does_not_depend_on_when_it_is_asked(
    requests: list[tuple[bytes, float]], replies: list[tuple[bytes, float]], calls: list[float]
) -> None:
    """Whoever talks when: more calls change neither the trace nor what is heard, and the wire always comes to rest."""

    def run(extra: list[float]) -> tuple[list[tuple[object, ...]], bytes, list[bytes]]:
        trace: list[Transmission] = []
        wire = Wire(SLOW, trace=trace.append)
        events = [(now, "master", data) for now, data in timed(requests)]
        events += [(now, "slave", data) for now, data in timed(replies)]
        events += [(now, "look", b"") for now in extra]
        received, heard = bytearray(), []
        for now, who, data in sorted(events, key=lambda event: event[0]):
            if who == "master":
                wire.write_master(data, now)
            elif who == "slave":
                wire.write_slaves(data, now)
            else:
                received += wire.read_master(now)
                heard += wire.read_slaves(now)
        for now in steps(wire):
            received += wire.read_master(now)
            heard += wire.read_slaves(now)
        planned = sorted((sent.end_s, sent.sender, sent.start_s, sent.data, sent.collided) for sent in trace)
        return planned, bytes(received), heard

    assert run(calls) == run([])


def timed(parts: list[tuple[bytes, float]]) -> Iterator[tuple[float, bytes]]:
    """Turn pauses into times."""
    now = 0.0
    for data, pause_s in parts:
        now += pause_s
        yield now, data
