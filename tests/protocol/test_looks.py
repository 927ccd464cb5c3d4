"""Whoever looks only when the master says that a look may matter sees the same as who looks at every byte."""

from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rtu_agent.domain.registers import Table
from rtu_agent.events import Event
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import LOOK_TOLERANCE, Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from support.line import words_reply

LINE = LineSettings(9600)
UNIT = 7
START = 100.0
REPLIES = st.sampled_from(("good", "exception", "damaged", "cut", "silent"))
OTHERS = (bytes((UNIT,)), bytes((UNIT, 3)), frame(UNIT + 1, bytes((3, 2, 0, 9))), frame(UNIT, bytes((4, 2, 0, 9))))
STRAYS = st.lists(st.one_of(st.binary(max_size=3), st.sampled_from(OTHERS)), max_size=3)


@dataclass
class Seen:
    """What one way of looking has seen."""

    events: list[Event | Completed]
    looks: int

    @property
    def kind(self) -> str:
        """How the transaction ended."""
        return self._outcome.kind

    @property
    def ended_at(self) -> float:
        """When it ended."""
        return self._outcome.ended_at

    @property
    def _outcome(self) -> Outcome:
        [completed] = [event for event in self.events if isinstance(event, Completed)]
        return completed.outcome


def watch(request: ReadRequest, arrivals: list[tuple[float, bytes]], *, eager: bool, late_s: float = 0.0) -> Seen:
    """Run one transaction whose bytes arrive one by one; `late_s` is how late every wake-up comes."""
    master = Master("b", LINE, timeout_s=0.3)
    master.request(UNIT, request, START)
    assert master.data_to_send(START)
    now, seen, coming = START, Seen([], 0), [(START + after, data) for after, data in arrivals]
    while master.busy:
        look, deadline = master.next_look(now), master.next_deadline()
        assert deadline is not None
        byte_at = coming[0][0] if coming and (eager or look is None) else deadline
        now = late_s + max(now, min(byte_at, deadline, deadline if look is None or eager else look))
        seen.looks += 1
        while coming and coming[0][0] <= now:
            master.receive_data(coming.pop(0)[1], now)
        seen.events += master.events()
        master.handle_timeout(now)
        seen.events += master.events()
    return seen


def reply_of(kind: str, request: ReadRequest) -> bytes:
    """Return what the unit sends."""
    whole = words_reply(UNIT, request, range(request.count))
    return {
        "good": whole,
        "exception": frame(UNIT, bytes((request.function | 0x80, 2))),
        "damaged": whole[:-1] + bytes((whole[-1] ^ 1,)),
        "cut": whole[: len(whole) // 2],
        "silent": b"",
    }[kind]


def one_by_one(data: bytes, begin_s: float, pace: float) -> list[tuple[float, bytes]]:
    """Return each byte with the moment at which its last bit has passed, after the request began to leave."""
    characters = enumerate(data, start=1)
    return [(begin_s + pace * LINE.wire_s(count), bytes((byte,))) for count, byte in characters]


def arriving(data: bytes, turnaround_s: float, pace: float) -> list[tuple[float, bytes]]:
    """Return the bytes of a reply to an eight character request."""
    return one_by_one(data, LINE.wire_s(8) + turnaround_s, pace)


@settings(max_examples=400)
@given(st.integers(1, 30), REPLIES, STRAYS, st.floats(0.0, 0.05), st.floats(LOOK_TOLERANCE + 0.0001, 1.2))
def test_looking_seldom_sees_the_same_at_the_same_time(
    count: int, kind: str, strays: list[bytes], turnaround_s: float, pace: float
) -> None:
    """Same events, same payload; a reply that stands alone ends at the same moment, to the last byte."""
    request = ReadRequest(Table.HOLDING, 0x10, count)
    arrivals = arriving(b"".join(strays) + reply_of(kind, request), turnaround_s, pace)

    every, few = watch(request, arrivals, eager=True), watch(request, arrivals, eager=False)

    if strays:
        assert every.kind == few.kind
    else:
        assert every.events == few.events
    assert few.looks <= every.looks + 3


@given(st.integers(2, 125), st.floats(0.0, 0.05), st.floats(0.95, LOOK_TOLERANCE))
def test_a_device_with_a_clock_too_fast_for_most_uarts_is_read_a_little_late(
    count: int, turnaround_s: float, pace: float
) -> None:
    """By what its clock is ahead of the tolerance, and no more; it loses nothing else."""
    request = ReadRequest(Table.HOLDING, 0x10, count)
    arrivals = arriving(reply_of("good", request), turnaround_s, pace)

    every, few = watch(request, arrivals, eager=True), watch(request, arrivals, eager=False)

    assert every.kind == few.kind == "good"
    late_s = few.ended_at - every.ended_at
    assert 0 <= late_s <= (LOOK_TOLERANCE - pace) * LINE.wire_s(len(arrivals)) + 1e-9


@given(st.integers(1, 125), st.sampled_from(("good", "exception")), st.floats(0.0, 0.05))
def test_a_clean_reply_costs_few_looks(count: int, kind: str, turnaround_s: float) -> None:
    """However long it is."""
    request = ReadRequest(Table.HOLDING, 0x10, count)

    seen = watch(request, arriving(reply_of(kind, request), turnaround_s, 1.0), eager=False)

    assert seen.kind == kind
    assert seen.looks <= 5 + count / 8


@given(st.integers(1, 30), REPLIES, STRAYS, st.floats(0.0, 0.05), st.floats(0.0, 0.02))
def test_late_wake_ups_change_no_outcome(
    count: int, kind: str, strays: list[bytes], turnaround_s: float, late_s: float
) -> None:
    """On a machine that is busy everything is read later, and is what it is."""
    request = ReadRequest(Table.HOLDING, 0x10, count)
    arrivals = arriving(b"".join(strays) + reply_of(kind, request), turnaround_s, 1.0)

    assert watch(request, arrivals, eager=True).kind == watch(request, arrivals, eager=False, late_s=late_s).kind


@given(st.integers(1, 60), st.floats(0.0, 0.9), st.integers(1, 20))
@example(count=37, begun=0.875, lump=2)
def test_what_comes_too_early_is_still_too_early(count: int, begun: float, lump: int) -> None:
    """A frame that began before the request had left is refused, also where it comes in lumps."""
    request = ReadRequest(Table.HOLDING, 0x10, count)
    bytewise = one_by_one(reply_of("good", request), begun * LINE.wire_s(8) * 0.9, 0.95)
    lumps = [bytewise[at : at + lump] for at in range(0, len(bytewise), lump)]
    arrivals = [(lump[-1][0], b"".join(data for _, data in lump)) for lump in lumps]

    assert watch(request, arrivals, eager=True).kind == watch(request, arrivals, eager=False).kind == "foreign"


def test_an_unpaced_line_is_always_looked_at() -> None:
    """A pseudo terminal or a gateway delivers when it likes."""
    master = Master("b", LINE, paced=False)
    master.request(UNIT, request := ReadRequest(Table.HOLDING, 0x10, 60), START)
    master.data_to_send(START)
    master.receive_data(reply_of("good", request)[:1], START)
    master.events()

    assert master.next_look(START) is None
