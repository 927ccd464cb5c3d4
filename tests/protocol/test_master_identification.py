"""Replies that say their own length are accepted by the rules that hold for all others."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse
from pymodbus.pdu.other_message import ReportDeviceIdResponse

from rtu_agent.events import EchoDetected, ForeignFrameDiscarded, LateReplyDiscarded
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.identification import ReadIdentification, ReportServerId
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.objects import Category
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request
from rtu_agent.protocol.timing import LineSettings
from support.line import Line, cut, judged

LINE = LineSettings(9600)
IDENTIFY = ReadIdentification(Category.EXTENDED)
REQUESTS: list[Request] = [ReportServerId(), IDENTIFY]
SOON = 0.3
"""Long enough for the wire to have carried the longest frame at 9600 baud."""


def server_id(text: bytes, unit: int = 1) -> bytes:
    """Return the frame that reports a server id."""
    return frame(unit, bytes((0x11, len(text) + 1)) + text + b"\xff")


def identification(objects: dict[int, bytes], unit: int = 1, following: int = 0) -> bytes:
    """Return the frame that gives these objects and says which one follows them."""
    head = bytes((0x2B, 0x0E, 3, 0x83, 0xFF if following else 0, following, len(objects)))
    return frame(unit, head + b"".join(bytes((key, len(value))) + value for key, value in objects.items()))


OBJECTS = st.lists(st.binary(max_size=40), min_size=1, max_size=5).map(lambda values: dict(enumerate(values)))
REPLIES = st.one_of(
    st.tuples(st.just(REQUESTS[0]), st.binary(max_size=60).map(server_id)),
    st.tuples(st.just(REQUESTS[1]), OBJECTS.map(identification)),
)
FRAGMENTS = st.one_of(
    st.binary(max_size=12),
    st.builds(server_id, st.binary(max_size=10), st.integers(1, 3)),
    st.builds(identification, OBJECTS, st.integers(1, 3)),
    st.sampled_from(REQUESTS).map(lambda request: frame(1, request.encode())),
    st.sampled_from([b"\x01\x11", b"\x01\x11\x30", b"\x01\x2b\x0e\x03\x83", b"\x01\x91", frame(1, b"\xab\x01")]),
)


@given(
    REPLIES, st.lists(FRAGMENTS, max_size=4), st.lists(FRAGMENTS, max_size=3), st.lists(st.integers(0, 900), max_size=9)
)
def test_chunks_do_not_matter(
    reply: tuple[Request, bytes], before: list[bytes], after: list[bytes], places: list[int]
) -> None:
    """Any cutting of the same bytes gives the same events."""
    request, answer = reply
    stream = b"".join(before) + answer + b"".join(after)

    assert judged([stream], request, LINE) == judged(cut(stream, places), request, LINE)


@given(st.binary(max_size=250), OBJECTS, st.lists(st.integers(0, 500), max_size=9))
def test_every_reply_pymodbus_builds_is_accepted(text: bytes, objects: dict[int, bytes], places: list[int]) -> None:
    """Valid traffic of an independent implementation is understood, byte by byte or whole."""
    framer = FramerRTU(DecodePDU(is_server=True))
    replies: list[tuple[Request, Any]] = [
        (REQUESTS[0], ReportDeviceIdResponse(identifier=text, dev_id=1)),
        (REQUESTS[1], ReadDeviceInformationResponse(read_code=3, information=objects, dev_id=1)),
    ]
    for request, pdu in replies:
        reply = framer.buildFrame(pdu)
        line = Line(Master("b", LINE))

        outcome = line.ask(1, request, [(SOON, chunk) for chunk in cut(reply, places)])

        assert outcome.good
        assert outcome.payload == reply[3:-2]
        assert line.seen == []


@pytest.mark.parametrize("last", range(256))
def test_no_reply_is_taken_for_something_else_before_it_is_whole(last: int) -> None:
    """Byte by byte, judged after each, also where its beginning has a good checksum of its own."""
    for request, reply in (
        (REQUESTS[0], server_id(bytes((last,)))),
        (REQUESTS[1], identification({0: bytes((last,))})),
    ):
        line = Line(Master("b", LINE, paced=False))

        outcome = line.ask(1, request, [(0.02, reply[i : i + 1]) for i in range(len(reply))])

        assert outcome.good
        assert line.seen == []


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.floats(0, 0.9), st.one_of(FRAGMENTS, st.binary(min_size=1, max_size=600))), max_size=8),
    REPLIES,
)
def test_noise_never_gives_a_value_and_never_wedges(
    noise: list[tuple[float, bytes]], reply: tuple[Request, bytes]
) -> None:
    """Whatever the line delivers, a request ends once, gives nothing nobody sent, and the next one is answered."""
    request, answer = reply
    line = Line(Master("b", LINE, timeout_s=0.3))

    outcome = line.ask(1, request, sorted(noise, key=lambda arrival: arrival[0]))
    assert_true_or_nothing(outcome, request, noise)

    line.rest(5)
    assert line.ask(1, request, [(SOON, answer)]).payload == answer[3:-2]


def assert_true_or_nothing(outcome: Outcome, request: Request, noise: list[tuple[float, bytes]]) -> None:
    """A payload is allowed only where a whole, valid reply frame was among the bytes."""
    if outcome.good:
        head = bytes((0x11, len(outcome.payload))) if request == REQUESTS[0] else b"\x2b\x0e"
        assert frame(1, head + outcome.payload) in b"".join(data for _, data in noise)


@pytest.fixture
def line() -> Line:
    """Return a fresh line at 9600 8N1 with a timeout of half a second."""
    return Line(Master("b", LINE, timeout_s=0.5))


def test_frames_inside_the_text_are_text(line: Line) -> None:
    """A device may put into its own name what looks like answers, to it or to others; it names itself, and no more."""
    inside = server_id(b"EVIL") + frame(1, b"\xab\x01") + identification({0: b"EVIL"}, unit=2) + frame(1, b"\x91\x02")

    for request, reply in ((REQUESTS[0], server_id(inside)), (IDENTIFY, identification({0: inside}))):
        outcome = line.ask(1, request, [(SOON + i / 960, reply[i : i + 1]) for i in range(len(reply))])
        assert outcome.payload == reply[3:-2]
    assert line.seen == []


@pytest.mark.parametrize("request_", REQUESTS, ids=["11", "2B/0E"])
def test_two_answers_are_none(line: Line, request_: Request) -> None:
    """One of two matching frames is stale, and nobody can tell which, though their lengths differ."""
    answers = {0x11: server_id(b"a") + server_id(b"bcd"), 0x2B: identification({0: b"a"}) + identification({0: b"bcd"})}

    outcome = line.ask(1, request_, [(SOON, answers[request_.function])])

    assert (outcome.kind, outcome.payload) == ("ambiguous", b"")


def test_an_answer_earlier_than_the_wire_allows_is_stale(line: Line) -> None:
    """Its own length says how long it takes: 4 characters out and 45 back are 51 ms."""
    long = server_id(b"x" * 39)

    outcome = line.ask(1, REQUESTS[0], [(0.045, long), (0.120, server_id(b"right"))])

    assert outcome.payload == b"right\xff"
    assert [ForeignFrameDiscarded("b", 1, 0x11)] == line.seen


def test_a_late_identification_answers_no_later_request(line: Line) -> None:
    """It is known by its request, counted as late, and the unit may be asked again."""
    line.ask(1, IDENTIFY)
    reply = identification({0: b"late"})

    outcome = line.ask(2, IDENTIFY, [(SOON, reply[:9]), (SOON, reply[9:] + identification({0: b"two"}, unit=2))])

    assert outcome.payload == identification({0: b"two"}, unit=2)[3:-2]
    assert [type(event) for event in line.seen] == [LateReplyDiscarded]
    assert line.master.quarantined_until(1, line.now) is None


def test_another_part_of_an_identification_is_foreign(line: Line) -> None:
    """Objects that were not asked for answer something else."""
    outcome = line.ask(1, ReadIdentification(Category.EXTENDED, 3), [(SOON, identification({0: b"a", 1: b"b"}))])

    assert outcome.kind == "foreign"


@pytest.mark.parametrize("request_", REQUESTS, ids=["11", "2B/0E"])
def test_a_refusal_is_an_answer(line: Line, request_: Request) -> None:
    """Many devices know neither function."""
    outcome = line.ask(1, request_, [(SOON, frame(1, bytes((request_.function | 0x80, 1))))])

    assert str(outcome) == "exception 01: illegal function"


@pytest.mark.parametrize("request_", REQUESTS, ids=["11", "2B/0E"])
def test_an_echo_is_no_answer(line: Line, request_: Request) -> None:
    """The request is short and comes back before the answer."""
    answer = {0x11: server_id(b"a"), 0x2B: identification({0: b"a"})}[request_.function]
    echo = frame(1, request_.encode())

    assert line.ask(1, request_, [(0.01, echo)]).kind == "no_reply"
    line.rest(2)
    assert line.ask(1, request_, [(0.01, echo[:3]), (SOON, echo[3:] + answer)]).payload == answer[3:-2]
    assert [EchoDetected("b")] == line.seen


def test_a_truncated_answer_is_damaged(line: Line) -> None:
    """Its end is waited for, as long as the longest reply takes."""
    outcome = line.ask(1, IDENTIFY, [(SOON, identification({0: b"truncated"})[:-4])])

    assert outcome.kind == "damaged"
    assert outcome.ended_at - outcome.sent_at == pytest.approx(0.5 + LINE.wire_s(7 + 256))
