"""What holds for the master whatever the line delivers."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.line import Line, cut, judged, words_reply

LINE = LineSettings(9600)
WORDS = st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20)
FRAGMENTS = st.one_of(
    st.binary(max_size=12),
    st.builds(
        lambda unit, function, data: frame(unit, bytes((function, len(data))) + data),
        st.integers(1, 3),
        st.sampled_from((1, 3, 4, 0x83, 6)),
        st.binary(max_size=10),
    ),
)


@given(
    WORDS, st.lists(FRAGMENTS, max_size=4), st.lists(FRAGMENTS, max_size=3), st.lists(st.integers(0, 500), max_size=9)
)
def test_chunks_do_not_matter(words: list[int], before: list[bytes], after: list[bytes], places: list[int]) -> None:
    """Any cutting of the same bytes gives the same events."""
    request = ReadRequest(Table.HOLDING, 7, len(words))
    stream = b"".join(before) + words_reply(1, request, words) + b"".join(after)

    assert judged([stream], request, LINE) == judged(cut(stream, places), request, LINE)


@given(WORDS, st.lists(st.integers(0, 500), max_size=9))
def test_every_reply_pymodbus_builds_is_accepted(words: list[int], places: list[int]) -> None:
    """Valid traffic of an independent implementation is understood, byte by byte or whole."""
    request = ReadRequest(Table.HOLDING, 7, len(words))
    pdu = ReadHoldingRegistersResponse(registers=words, dev_id=1)
    line = Line(Master("b", LINE, paced=False))

    reply = FramerRTU(DecodePDU(is_server=True)).buildFrame(pdu)
    outcome = line.ask(1, request, [(0.02, chunk) for chunk in cut(reply, places)])

    assert outcome.good
    assert struct.unpack(f">{len(words)}H", outcome.payload) == tuple(words)


@given(st.integers(1, 247), st.integers(1, 6), st.integers(0, 0xFFFF))
def test_no_reply_is_taken_for_something_else_before_it_is_whole(unit: int, count: int, word: int) -> None:
    """Byte by byte, judged after each, also where a part of the reply has a good checksum of its own."""
    request = ReadRequest(Table.INPUT, 1, count)
    for last in range(256):
        line = Line(Master("b", LINE, paced=False))
        reply = words_reply(unit, request, [word] * (count - 1) + [last])

        outcome = line.ask(unit, request, [(0.02, reply[i : i + 1]) for i in range(len(reply))])

        assert outcome.good
        assert line.seen == []


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.floats(0, 0.9), st.one_of(FRAGMENTS, st.binary(min_size=1, max_size=600))), max_size=8),
    st.integers(1, 20),
)
def test_noise_never_gives_a_value_and_never_wedges(noise: list[tuple[float, bytes]], count: int) -> None:
    """Whatever the line delivers, a request ends once, gives no value nobody sent, and the next one is answered."""
    request = ReadRequest(Table.INPUT, 0x100, count)
    line = Line(Master("b", LINE, timeout_s=0.3))

    outcome = line.ask(1, request, sorted(noise, key=lambda arrival: arrival[0]))
    assert_true_or_nothing(outcome, noise)

    line.rest(5)
    words = tuple(range(count))
    healed = line.ask(1, request, [(0.1, words_reply(1, request, words))])
    assert struct.pack(f">{count}H", *words) == healed.payload


def assert_true_or_nothing(outcome: Outcome, noise: list[tuple[float, bytes]]) -> None:
    """A payload is allowed only where a whole, valid reply frame was among the bytes."""
    if outcome.good:
        whole = frame(1, bytes((4, len(outcome.payload))) + outcome.payload)
        assert whole in b"".join(data for _, data in noise)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 2),
            st.floats(0.0, 2.5),
            st.sampled_from(("on time", "late", "dropped", "damaged")),
        ),
        min_size=2,
        max_size=12,
    )
)
def test_a_queued_slave_never_crosses_values(polls: list[tuple[int, float, str]]) -> None:
    """Replies that come late, in order, at any moment: every value belongs to its own request.

    Each request asks another address with the same count, and its reply carries that address, so that a crossed
    value convicts itself. Replies come within twice the window, as the master promises for no more.
    """
    line = Line(Master("b", LINE, timeout_s=0.3, late_window_s=1.0))
    arriving: list[tuple[float, bytes]] = []
    for address, (unit, delay, fate) in enumerate(polls):
        while line.master.quarantined_until(unit, line.now) is not None:
            step(line, arriving, line.now + 0.01)
        line.master.request(unit, request := ReadRequest(Table.HOLDING, address, 1), line.now)
        before = len(line.outcomes)
        sent = len(line.sent)
        while len(line.outcomes) == before:
            if len(line.sent) > sent:
                sent = len(line.sent)
                arriving += arrivals(unit, request, line.now, delay, fate)
                arriving.sort(key=lambda arrival: arrival[0])
            step(line, arriving, min(line.now + 0.01, line.master.next_deadline() or line.now + 0.01))
        outcome = line.outcomes[-1]
        if outcome.good:
            assert struct.unpack(">H", outcome.payload) == (address,)
        assert outcome.kind != "good" or fate in ("on time", "late")


def arrivals(unit: int, request: ReadRequest, now: float, delay: float, fate: str) -> list[tuple[float, bytes]]:
    """Return what the slave sends for a request, and when."""
    reply = words_reply(unit, request, (request.address,))
    if fate == "dropped":
        return []
    if fate == "damaged":
        return [(now + 0.03, reply[:3] + b"\xaa" + reply[4:])]
    late = 0.3 + min(delay, 0.95) if fate == "late" else 0.03
    return [(now + late, reply)]


def step(line: Line, arriving: list[tuple[float, bytes]], until: float) -> None:
    """Let time pass to `until`, delivering what arrives on the way."""
    while arriving and arriving[0][0] <= until:
        at, data = arriving.pop(0)
        line.rest(max(0.0, at - line.now))
        line.hear(data)
    line.rest(max(0.0, until - line.now))
