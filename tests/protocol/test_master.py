"""The master accepts what answers its request and nothing else, and keeps the line's silences."""

import pytest

from rtu_agent.domain.registers import Table
from rtu_agent.events import EchoDetected, ForeignFrameDiscarded, LateReplyDiscarded, NoiseDiscarded
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.deafness import PROOFS, SILENCE_S
from rtu_agent.protocol.errors import LocalProtocolError, MasterBusy, UnitQuarantined, WriteForbidden
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle
from support.line import Line, words_reply

LINE = LineSettings(9600)
ASK = ReadRequest(Table.INPUT, 0x10, 2)
GOOD = words_reply(1, ASK, (0x1234, 0x5678))
PAYLOAD = bytes.fromhex("12345678")
SOON = 0.030


@pytest.fixture
def line() -> Line:
    """Return a fresh line at 9600 8N1 with a timeout of half a second."""
    return Line(Master("b", LINE, timeout_s=0.5))


# -- accepting ---------------------------------------------------------------------------------------------------------


def test_the_answer_is_accepted(line: Line) -> None:
    """Unit, function, count and checksum are right: the words are ours."""
    outcome = line.ask(1, ASK, [(SOON, GOOD)])

    assert (outcome.kind, outcome.payload) == ("good", PAYLOAD)
    assert (outcome.sent_bytes, outcome.received_bytes) == (8, len(GOOD))
    assert line.seen == []


def test_the_request_is_a_frame(line: Line) -> None:
    """What goes on the wire is unit, PDU and checksum."""
    line.ask(1, ASK, [(SOON, GOOD)])

    assert bytes.fromhex("010400100002") == line.sent[0][1][:-2]


def test_an_exception_of_ours_is_an_answer(line: Line) -> None:
    """The device said no: an outcome of its own, with the code."""
    outcome = line.ask(1, ASK, [(SOON, frame(1, bytes((0x84, 2))))])

    assert (outcome.kind, outcome.exception_code) == ("exception", 2)
    assert str(outcome) == "exception 02: illegal data address"


@pytest.mark.parametrize(
    ("reply", "unit", "function"),
    [
        (words_reply(2, ASK, (1, 2)), 2, 4),
        (words_reply(1, ReadRequest(Table.HOLDING, 0, 2), (1, 2)), 1, 3),
        (words_reply(1, ReadRequest(Table.INPUT, 0, 1), (1,)), 1, 4),
        (words_reply(1, ReadRequest(Table.INPUT, 0, 3), (1, 2, 3)), 1, 4),
        (frame(1, bytes((0x83, 2))), 1, 0x83),
        (frame(1, bytes((4, 5, 1, 2, 3, 4, 5))), 1, 4),
    ],
    ids=["unit", "function", "fewer words", "more words", "exception of another function", "odd byte count"],
)
def test_a_frame_that_does_not_answer_is_foreign(line: Line, reply: bytes, unit: int, function: int) -> None:
    """A whole frame with a good checksum that is not the answer is counted, and gives no value."""
    outcome = line.ask(1, ASK, [(SOON, reply)])

    assert outcome.kind == "foreign"
    assert outcome.payload == b""
    assert [ForeignFrameDiscarded("b", unit, function)] == line.seen
    assert line.master.quarantined_until(1, line.now) is not None


def test_the_answer_behind_a_foreign_frame_is_found(line: Line) -> None:
    """Stale frame and right frame in one chunk: the right one counts."""
    outcome = line.ask(1, ASK, [(SOON, words_reply(2, ASK, (1, 2)) + GOOD)])

    assert outcome.payload == PAYLOAD
    assert [ForeignFrameDiscarded("b", 2, 4)] == line.seen


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\x00\xff", b"\x01", b"\x01\x04", b"\x01\x84", b"\x01\x04\x04\x12"])
def test_noise_before_the_answer_costs_nothing_but_its_count(line: Line, noise: bytes) -> None:
    """The master resynchronises inside the buffer, even behind the beginnings of an answer."""
    outcome = line.ask(1, ASK, [(SOON, noise + GOOD)])

    assert outcome.payload == PAYLOAD
    assert [NoiseDiscarded("b", len(noise))] == line.seen


@pytest.mark.parametrize("size", [255, 256, 257, 700, 3000])
def test_noise_longer_than_any_frame_is_counted_once(line: Line, size: int) -> None:
    """However it is cut, what was thrown away early counts, and the answer behind it is found."""
    noise = bytes(0x20 + place % 7 for place in range(size))
    pieces = [noise[at : at + 10] for at in range(0, size, 10)]

    outcome = line.ask(1, ASK, [(SOON + place / 1000, piece) for place, piece in enumerate([*pieces, GOOD])])

    assert outcome.payload == PAYLOAD
    assert [NoiseDiscarded("b", size)] == line.seen


def test_noise_behind_the_answer(line: Line) -> None:
    """Bytes behind the frame are noise and cost the value nothing."""
    outcome = line.ask(1, ASK, [(SOON, GOOD + b"\x00\x00")])

    assert outcome.payload == PAYLOAD
    assert [NoiseDiscarded("b", 2)] == line.seen


def test_two_answers_are_none(line: Line) -> None:
    """One of two matching frames is stale, and nobody can tell which."""
    outcome = line.ask(1, ASK, [(SOON, words_reply(1, ASK, (9, 9)) + GOOD)])

    assert (outcome.kind, outcome.payload) == ("ambiguous", b"")
    assert line.master.quarantined_until(1, line.now) is not None


@pytest.mark.parametrize("echo", [b"", frame(1, ASK.encode())])
def test_an_answer_that_began_before_the_request_had_left_is_stale(line: Line, echo: bytes) -> None:
    """However late its end was read. An echo does begin so early, and the answer behind it is none the worse."""
    stale = words_reply(1, ASK, (9, 9))

    outcome = line.ask(1, ASK, [(0.002, (echo or stale)[:2]), (0.018, (echo or stale)[2:]), (0.030, GOOD)])

    assert outcome.payload == PAYLOAD
    assert (ForeignFrameDiscarded("b", 1, ASK.function) in line.seen) == (not echo)


def test_an_answer_earlier_than_the_wire_allows_is_stale(line: Line) -> None:
    """Eight characters out and nine back take 17.7 ms; a frame complete before that answers something older."""
    outcome = line.ask(1, ASK, [(0.010, words_reply(1, ASK, (9, 9))), (0.020, GOOD)])

    assert outcome.payload == PAYLOAD
    assert [ForeignFrameDiscarded("b", 1, 4)] == line.seen


def test_a_line_without_pace_has_no_earliest_time() -> None:
    """On a pseudo terminal an answer may be there at once."""
    line = Line(Master("b", LINE, paced=False))

    assert line.ask(1, ASK, [(0.0, GOOD)]).good


def test_an_exception_inside_the_data_is_data(line: Line) -> None:
    """Words that look like our own exception reply are words, also when they arrive byte by byte."""
    inside = frame(1, bytes((0x84, 2)))
    ask = ReadRequest(Table.INPUT, 0, 4)
    reply = frame(1, bytes((4, 8)) + inside + bytes(3))

    outcome = line.ask(1, ask, [(SOON + i / 960, reply[i : i + 1]) for i in range(len(reply))])

    assert inside + bytes(3) == outcome.payload


def test_a_reply_that_lacks_only_a_last_zero_is_not_whole(line: Line) -> None:
    """Its first eight bytes have a good checksum and the length of a request; it is a reply all the same."""
    reply = words_reply(40, ASK, (213, 553))
    assert crc_is_good(reply[:-1])

    outcome = line.ask(40, ASK, [(SOON + i / 960, reply[i : i + 1]) for i in range(len(reply))])

    assert outcome.payload == reply[3:-2]
    assert line.seen == []


def test_a_late_reply_that_lacks_only_a_last_zero_is_late(line: Line) -> None:
    """The same for a reply that was given up, arriving byte by byte during another unit's turn."""
    reply = words_reply(40, ASK, (213, 553))
    line.ask(40, ASK)

    arrivals = [(0.02 + i / 960, reply[i : i + 1]) for i in range(len(reply))]
    outcome = line.ask(1, ASK, [*arrivals, (0.05, GOOD)])

    assert outcome.good
    assert [type(event) for event in line.seen] == [LateReplyDiscarded]


# -- damage ------------------------------------------------------------------------------------------------------------


def test_a_damaged_answer_fails_fast_and_may_be_asked_again_at_once(line: Line) -> None:
    """The device has answered, so nothing is owed; half a second of timeout is not waited for."""
    broken = bytearray(GOOD)
    broken[5] ^= 0x40

    outcome = line.ask(1, ASK, [(SOON, bytes(broken))])

    assert outcome.kind == "damaged"
    assert outcome.ended_at - outcome.sent_at < 0.06
    assert line.master.quarantined_until(1, line.now) is None
    assert line.ask(1, ASK, [(SOON, GOOD)]).good


def test_damage_that_proves_nothing_quarantines(line: Line) -> None:
    """With a broken unit address it may have been noise, and the answer may still come."""
    broken = bytes((0x41,)) + GOOD[1:]

    outcome = line.ask(1, ASK, [(SOON, broken)])

    assert outcome.kind == "damaged"
    assert line.master.quarantined_until(1, line.now) is not None


def test_a_truncated_answer_is_damaged(line: Line) -> None:
    """It began and never ended; the rest may come, so the whole timeout is waited for."""
    outcome = line.ask(1, ASK, [(SOON, GOOD[:-3])])

    assert outcome.kind == "damaged"
    assert [NoiseDiscarded("b", len(GOOD) - 3)] == line.seen


def test_a_pause_inside_an_answer_is_waited_for(line: Line) -> None:
    """Length closes a frame, silence does not."""
    outcome = line.ask(1, ASK, [(SOON, GOOD[:4]), (0.250, GOOD[4:])])

    assert outcome.payload == PAYLOAD


def test_nobody_answers(line: Line) -> None:
    """The clock starts when the last character has left and includes the reply's own time on the wire."""
    outcome = line.ask(1, ASK)

    assert outcome.kind == "no_reply"
    assert round(0.5 + LINE.wire_s(8 + 9), 6) == round(outcome.ended_at - outcome.sent_at, 6)


def test_a_glitch_is_not_a_reply(line: Line) -> None:
    """A byte of noise and silence is nobody answering."""
    outcome = line.ask(1, ASK, [(SOON, b"\x00")])

    assert outcome.kind == "no_reply"
    assert [NoiseDiscarded("b", 1)] == line.seen


def test_an_endless_stream_ends_the_transaction(line: Line) -> None:
    """Babble costs one timeout and bounded memory."""
    outcome = line.ask(1, ASK, [(0.01 * i, bytes(100)) for i in range(100)])

    assert outcome.kind == "damaged"
    assert outcome.ended_at - outcome.sent_at < 0.53


def test_a_line_that_is_never_silent_is_busy(line: Line) -> None:
    """A request that cannot be sent ends too, without a byte of ours on the wire."""
    line.hear(b"\x55")
    line.master.request(1, ASK, line.now)
    while not line.outcomes:
        line.rest(0.001)
        line.hear(b"\x55")

    assert line.outcomes[0].kind == "line_busy"
    assert line.sent == []
    assert line.master.quarantined_until(1, line.now) is None


# -- late replies ------------------------------------------------------------------------------------------------------


def test_a_late_reply_never_answers_the_next_request(line: Line) -> None:
    """The unit is left alone until its reply has come; then it may be asked again."""
    assert line.ask(1, ASK).kind == "no_reply"
    with pytest.raises(UnitQuarantined, match="unit 1 may still answer"):
        line.master.request(1, ASK, line.now)

    line.rest(0.25)
    line.hear(GOOD)
    line.rest(0.1)

    [late] = line.seen
    assert isinstance(late, LateReplyDiscarded)
    assert (late.unit, round(late.late_s, 2)) == (1, 0.76)
    assert line.master.quarantined_until(1, line.now) is None


def test_a_late_reply_during_another_units_turn(line: Line) -> None:
    """It is recognised, counted and not taken for unit 2's answer."""
    line.ask(1, ASK)
    second = words_reply(2, ASK, (7, 8))

    outcome = line.ask(2, ASK, [(0.020, GOOD), (0.050, second)])

    assert bytes.fromhex("00070008") == outcome.payload
    assert [LateReplyDiscarded] == [type(event) for event in line.seen]


def test_quarantine_lasts_while_another_reply_is_owed(line: Line) -> None:
    """The late reply of the first lost request does not release the unit while the second is still owed."""
    line.ask(1, ASK)
    line.rest(1.1)
    line.ask(1, ASK)

    line.hear(GOOD)
    line.rest(0.05)

    assert line.master.quarantined_until(1, line.now) is not None
    line.hear(GOOD)
    line.rest(0.05)
    assert line.master.quarantined_until(1, line.now) is None


def test_the_window_grows_with_the_unit(line: Line) -> None:
    """A unit that was once two seconds late is given four."""
    line.ask(1, ASK)
    line.rest(1.5)
    line.hear(GOOD)
    line.rest(0.1)

    line.ask(1, ASK)

    until = line.master.quarantined_until(1, line.now)
    assert until is not None
    assert until - line.now > 4.0


def test_quarantine_ends_by_itself(line: Line) -> None:
    """A reply that never comes does not lock the unit out."""
    line.ask(1, ASK)
    line.rest(1.01)

    assert line.ask(1, ASK, [(SOON, GOOD)]).good


def test_other_units_go_on(line: Line) -> None:
    """Quarantine costs its own unit only."""
    line.ask(1, ASK)

    assert line.ask(2, ASK, [(SOON, words_reply(2, ASK, (1, 2)))]).good


def test_an_unsolicited_frame_while_nobody_asks(line: Line) -> None:
    """It is foreign, or noise, and never an answer."""
    line.hear(words_reply(9, ASK, (1, 2)) + b"\x00\x00")
    line.rest(0.1)

    assert [ForeignFrameDiscarded("b", 9, 4), NoiseDiscarded("b", 2)] == line.seen


def test_strays_never_answer_the_request_that_follows_them(line: Line) -> None:
    """A matching frame that came before the request was sent is not its answer."""
    line.hear(GOOD)
    outcome = line.ask(1, ASK)

    assert outcome.kind == "no_reply"
    assert ForeignFrameDiscarded("b", 1, 4) in line.seen


# -- silence -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("baudrate", [2400, 9600, 19200, 115200])
def test_silence_before_every_request(baudrate: int) -> None:
    """Exactly t3.5 lies between the last byte seen and the next request."""
    settings = LineSettings(baudrate)
    line = Line(Master("b", settings, timeout_s=1.0))
    for _ in range(3):
        line.ask(1, ASK, [(0.9, GOOD[:4]), (0.95, GOOD[4:])])
        heard = line.now
        line.ask(1, ASK, [(0.9, GOOD)])
        assert round(settings.t35_s, 9) == round(line.sent[-1][0] - heard, 9)


def test_a_stray_byte_restarts_the_silence(line: Line) -> None:
    """The line must be silent from the last byte, whoever sent it."""
    line.ask(1, ASK, [(SOON, GOOD)])
    line.rest(0.003)
    line.hear(b"\x00")
    heard = line.now

    line.ask(1, ASK, [(SOON, GOOD)])

    assert line.sent[-1][0] - heard >= LINE.t35_s


def test_a_units_own_gap(line: Line) -> None:
    """A slow device is given the pause it needs; nobody else waits for it."""
    line.ask(1, ASK, [(SOON, GOOD)])
    heard = line.now

    line.master.request(1, ASK, line.now, gap_s=0.1)
    line.rest(0.2)

    assert round(0.1, 9) == round(line.sent[-1][0] - heard, 9)


def test_a_longer_silence_after_nobody_answered(line: Line) -> None:
    """Units that overheard the request may wait for its reply; they are given time to forget."""
    line.ask(1, ASK)
    gave_up = line.now

    line.ask(2, ASK)

    assert line.sent[-1][0] - gave_up >= 2 * LINE.t35_s - 1e-9


def teach_that_unit_1_is_deaf(line: Line) -> None:
    """Let unit 1 miss its turn after silent unit 2 and answer after a pause of the line, as often as it takes."""
    line.ask(1, ASK, [(SOON, GOOD)])
    for _ in range(PROOFS):
        line.ask(2, ASK)
        assert line.ask(1, ASK).kind == "no_reply"
        line.rest(2)
        assert line.ask(1, ASK, [(SOON, GOOD)]).good
        line.rest(2)


def test_a_unit_that_is_deaf_after_a_silent_one_is_given_time(line: Line) -> None:
    """Some devices wait for the reply they overhear; silence is kept before those that have proven it."""
    teach_that_unit_1_is_deaf(line)
    line.ask(2, ASK)
    asked = line.sent[-1][0] + LINE.wire_s(8)

    outcome = line.ask(1, ASK, [(SOON, GOOD)])

    assert outcome.good
    assert line.sent[-1][0] - asked == pytest.approx(SILENCE_S)
    assert line.outcomes[-2].free_at - line.outcomes[-2].ended_at == pytest.approx(SILENCE_S)


def test_nobody_else_waits_for_a_deaf_unit(line: Line) -> None:
    """The silence is kept before the unit that needs it, and counted from the last character on the line."""
    teach_that_unit_1_is_deaf(line)
    line.ask(2, ASK)
    gave_up = line.now

    line.ask(3, ASK, [(SOON, words_reply(3, ASK, (1, 2)))])
    assert line.sent[-1][0] - gave_up == pytest.approx(2 * LINE.t35_s)
    heard = line.now

    line.ask(1, ASK, [(SOON, GOOD)])
    assert line.sent[-1][0] - heard == pytest.approx(SILENCE_S)
    heard = line.now
    line.ask(1, ASK, [(SOON, GOOD)])
    assert line.sent[-1][0] - heard == pytest.approx(LINE.t35_s)


def test_a_coincidence_costs_a_busy_line_nothing(line: Line) -> None:
    """A healthy unit that missed once after a silent one, and answers the next time, is never waited for."""
    line.ask(1, ASK, [(SOON, GOOD)])
    line.ask(2, ASK)
    line.ask(1, ASK)
    while line.master.quarantined_until(1, line.now) is not None:
        line.ask(3, ASK, [(SOON, words_reply(3, ASK, (1, 2)))])

    silences = []
    for _ in range(10):
        heard = line.now
        line.ask(1, ASK, [(SOON, GOOD)])
        silences.append(line.sent[-1][0] - heard)
        line.rest(2)
        line.ask(2, ASK)

    assert max(silences) == pytest.approx(2 * LINE.t35_s)


def test_no_silence_is_kept_where_nobody_is_deaf(line: Line) -> None:
    """Neighbours that answer after a silent unit, and a second dead unit, teach nothing."""
    for _ in range(2):
        line.ask(2, ASK)
        line.ask(1, ASK, [(SOON, GOOD)])
        line.ask(3, ASK)
        line.ask(4, ASK)
        line.rest(2)

    line.ask(2, ASK)

    assert line.outcomes[-1].free_at - line.now == pytest.approx(2 * LINE.t35_s)


def test_a_lost_port_is_nobodys_deafness(line: Line) -> None:
    """What the port swallowed says nothing about who was asked."""
    line.ask(1, ASK, [(SOON, GOOD)])
    line.ask(2, ASK)
    line.master.request(1, ASK, line.now)
    line.rest(0.1)
    line.master.connection_lost(line.now)
    line.master.connection_made(line.now)
    line.rest(1.5)
    line.ask(3, ASK, [(SOON, words_reply(3, ASK, (1, 2)))])
    heard = line.now

    line.ask(1, ASK, [(SOON, GOOD)])

    assert line.sent[-1][0] - heard == pytest.approx(LINE.t35_s)


# -- echo --------------------------------------------------------------------------------------------------------------


def test_an_echoing_adapter_is_recognised_by_a_read(line: Line) -> None:
    """The echo is not noise, is said once, and the answer behind it counts."""
    request = frame(1, ASK.encode())

    for _ in range(2):
        assert line.ask(1, ASK, [(SOON, request + GOOD)]).payload == PAYLOAD

    assert [EchoDetected("b")] == line.seen


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("bit", range(8))
def test_a_damaged_echo_does_not_prove_that_the_reply_has_come(line: Line, place: int, bit: int) -> None:
    """It may have the head of a reply; the slow unit's true reply is waited for, and never answers the next request."""
    ask = ReadRequest(Table.INPUT, 0x0200, 1)
    echo = bytearray(frame(1, ask.encode()))
    echo[place] ^= 1 << bit

    outcome = line.ask(1, ask, [(SOON, bytes(echo)), (0.3, words_reply(1, ask, (7,)))])

    assert outcome.payload == bytes((0, 7))


def test_an_echo_that_zeros_follow_is_no_reply(line: Line) -> None:
    """A good checksum stays good when zeros follow, and this request has the head of its own reply."""
    ask = ReadRequest(Table.INPUT, 0x0800, 4)
    line.ask(1, ASK, [(SOON, GOOD)])
    like_a_reply = frame(1, ask.encode()) + bytes(5)
    assert crc_is_good(like_a_reply)

    outcome = line.ask(1, ask, [(SOON, like_a_reply)])

    assert (outcome.kind, outcome.payload) == ("damaged", b"")


def test_an_echo_alone_is_nobody_answering(line: Line) -> None:
    """Our own request is no reply."""
    assert line.ask(1, ASK, [(0.01, frame(1, ASK.encode()))]).kind == "no_reply"


@pytest.mark.parametrize("part", [3, 7])
def test_a_partial_echo_is_noise(line: Line, part: int) -> None:
    """What is left of a clipped echo costs nothing but its count."""
    request = frame(1, ASK.encode())

    assert line.ask(1, ASK, [(SOON, request[part:] + GOOD)]).payload == PAYLOAD
    assert [NoiseDiscarded("b", 8 - part)] == line.seen


def test_a_write_to_a_dead_device_is_not_confirmed_by_its_echo() -> None:
    """Echo and confirmation of a write look the same; on an echoing adapter the first is the echo."""
    line = Line(Master("b", LINE, writable={1}))
    line.ask(1, ASK, [(SOON, frame(1, ASK.encode()) + GOOD)])
    write = WriteSingle(Table.HOLDING, 1, 2)
    echo = frame(1, write.encode())

    assert line.ask(1, write, [(SOON, echo)]).kind == "no_reply"
    line.rest(2)
    assert line.ask(1, write, [(SOON, echo + echo)]).good


def test_a_write_is_confirmed_where_nothing_echoes() -> None:
    """Once a read has shown that there is no echo, the one frame is the device's."""
    line = Line(Master("b", LINE, writable={1}))
    line.ask(1, ASK, [(SOON, GOOD)])
    write = WriteSingle(Table.HOLDING, 1, 2)

    assert line.ask(1, write, [(SOON, frame(1, write.encode()))]).good


def test_a_clipped_echo_is_no_proof_that_nothing_echoes() -> None:
    """Otherwise the whole echo of the next write would pass for its confirmation."""
    line = Line(Master("b", LINE, writable={1}))
    request = frame(1, ASK.encode())
    assert line.ask(1, ASK, [(SOON, request[2:] + GOOD)]).good

    with pytest.raises(LocalProtocolError, match="a clean read before it"):
        line.master.request(1, WriteSingle(Table.HOLDING, 1, 2), line.now)


@pytest.mark.parametrize("echo", [b"", b"\x01\x10"], ids=["none", "clipped"])
def test_an_adapter_that_has_echoed_may_echo_again(echo: bytes) -> None:
    """One echo that did not come whole, of a read or of a write, does not make the next one a confirmation."""
    many, one = WriteRegisters(1, (2, 3)), WriteSingle(Table.HOLDING, 1, 2)
    confirmed = frame(1, many.encode()[:5])
    line = Line(Master("b", LINE, writable={1}))
    line.ask(1, ASK, [(SOON, frame(1, ASK.encode()) + GOOD)])
    assert line.ask(1, many, [(0.1, echo + confirmed)]).good
    assert line.ask(1, ASK, [(SOON, echo + GOOD)]).good

    assert line.ask(1, one, [(SOON, frame(1, one.encode()))]).kind == "no_reply"


# -- refusing ----------------------------------------------------------------------------------------------------------


def test_a_write_is_refused_unless_allowed(line: Line) -> None:
    """Not a byte of a write leaves for a unit that is not writable."""
    line.ask(1, ASK, [(SOON, GOOD)])

    with pytest.raises(WriteForbidden, match="function 06 to unit 1"):
        line.master.request(1, WriteSingle(Table.HOLDING, 1, 2), line.now)
    assert line.master.data_to_send(line.now + 10) == b""


def test_a_write_needs_a_read_before_it() -> None:
    """An unprobed adapter might echo, and the echo would confirm the write."""
    line = Line(Master("b", LINE, writable={1}))

    with pytest.raises(LocalProtocolError, match="needs a clean read before it"):
        line.master.request(1, WriteSingle(Table.HOLDING, 1, 2), line.now)


def test_broadcast_is_refused(line: Line) -> None:
    """Unit 0 is everybody, and nobody answers for everybody."""
    with pytest.raises(LocalProtocolError, match="broadcast is never used"):
        line.master.request(0, ASK, line.now)


def test_one_transaction_at_a_time(line: Line) -> None:
    """A second request while one is under way is the caller's mistake."""
    line.master.request(1, ASK, line.now)

    assert line.master.busy
    with pytest.raises(MasterBusy):
        line.master.request(2, ASK, line.now)


# -- the port ----------------------------------------------------------------------------------------------------------


def test_losing_the_port_ends_the_transaction_at_once(line: Line) -> None:
    """The caller does not wait out a timeout for a cable that is gone."""
    line.master.request(1, ASK, line.now)
    line.rest(0.02)

    line.master.connection_lost(line.now)
    line.rest(0)

    assert line.outcomes[0].kind == "port_lost"
    assert line.outcomes[0].ended_at == line.now


def test_a_reopened_port_is_listened_to_first(line: Line) -> None:
    """A device may still be answering; nothing is sent for one timeout."""
    line.master.connection_made(line.now)
    opened = line.now

    line.ask(1, ASK, [(SOON, GOOD)])

    assert line.sent[0][0] - opened >= 0.5


def test_losing_an_idle_port_is_no_transaction(line: Line) -> None:
    """Without a request there is no outcome."""
    line.master.connection_lost(line.now)

    assert line.master.events() == []
    assert line.master.next_deadline() is None
