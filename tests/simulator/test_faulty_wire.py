"""What a fault does to the bytes that reach the master, and when; without faults the wire is the wire."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.faults.faulty_wire import FaultyWire
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.journal import Journal
from rtu_agent.simulator.wire import Transmission, Wire

LINE = LineSettings(9600)
CHARACTER_S = LINE.character_s
ASK = frame(1, bytes.fromhex("0400000002"))
REPLY = frame(1, bytes.fromhex("040412345678"))
EAR = Ear(range(1, 4))

Arrivals = list[tuple[float, bytes]]


def faulty(*specs: str, seed: int = 0, journal: Journal | None = None) -> FaultyWire:
    """Return a wire that hands over every character by itself."""
    plan = FaultPlan.of(*specs, seed=seed)
    return FaultyWire(LINE, plan, EAR.concerns, handover_s=0.0, journal=None if journal is None else journal.add)


def exchanged(wire: Wire, start_s: float = 0.0, reply: bytes = REPLY, ask: bytes = ASK) -> Arrivals:
    """Ask once; return what reaches the master and when."""
    wire.write_master(ask, start_s)
    arrivals: Arrivals = []
    while (now := wire.next_deadline()) is not None:
        arrivals.append((now, wire.read_master(now)))
        for heard in wire.read_slaves(now):
            assert heard == ask
            wire.write_slaves(reply, now)
    return [(now, data) for now, data in arrivals if data]


def received(arrivals: Arrivals) -> bytes:
    """Return all bytes together."""
    return b"".join(data for _, data in arrivals)


def test_without_faults_it_is_the_wire() -> None:
    """The same bytes at the same times, and the same trace."""
    traces: list[list[Transmission]] = [[], []]
    plain = Wire(LINE, handover_s=0.0, trace=traces[0].append)
    other = FaultyWire(LINE, FaultPlan(), EAR.concerns, handover_s=0.0, trace=traces[1].append)

    for start_s in (0.0, 1.0):
        assert exchanged(plain, start_s) == exchanged(other, start_s)

    assert traces[0] == traces[1]


def test_a_late_reply_is_late_by_so_much() -> None:
    """Counted from the time at which it would have come."""
    on_time, late = exchanged(faulty()), exchanged(faulty("late:by=1s"))

    assert received(late) == REPLY
    assert late[-1][0] - on_time[-1][0] == pytest.approx(1.0, abs=0.003)


@pytest.mark.parametrize(("stopped", "end_s"), [(False, 2.0), (True, 1.0)])
def test_a_queue_answers_in_order(stopped: bool, end_s: float) -> None:
    """The second request waits for the first to be answered, also when it takes no time itself."""
    plan = FaultPlan.of("queued:by=1s")
    wire = FaultyWire(LINE, plan, EAR.concerns, handover_s=0.0)
    for start_s in (0.0, 0.1):
        if start_s and stopped:
            plan.stop()
        wire.write_master(ASK, start_s)
        now = wire.next_deadline()
        assert now is not None
        assert wire.read_slaves(now) == [ASK]
        wire.write_slaves(frame(1, bytes((4, 4, 0, 0, 0, int(10 * start_s)))), now)
    ends = []
    while (now := wire.next_deadline()) is not None:
        if wire.read_master(now):
            ends.append(now)

    assert len(ends) == 2 * len(REPLY)
    assert ends[-1] == pytest.approx(end_s, abs=0.06)
    assert ends[len(REPLY) - 1] == pytest.approx(1.0, abs=0.05)
    assert ends[len(REPLY)] - ends[len(REPLY) - 1] > LINE.t35_s


@pytest.mark.parametrize("spec", ["drop-reply", "drop-request", "reboot"])
def test_what_is_dropped_does_not_arrive(spec: str) -> None:
    """Not a byte; a unit that did not hear has answered nothing, a lost reply was given."""
    journal = Journal()

    assert exchanged(faulty(spec, journal=journal)) == []
    assert len(journal) == (spec == "drop-reply")


def test_a_unit_that_reboots_is_down_for_a_while() -> None:
    """Every request in that time is missed; the plan's other units are up."""
    plan = FaultPlan.of("reboot:for=2s,unit=1")

    assert plan.hear(ASK, 0.0, LINE) is None
    plan.stop()
    assert plan.hear(ASK, 1.0, LINE) is not None

    plan = FaultPlan.of("reboot:for=2s,p=0.5", seed=5)
    heard = [plan.hear(ASK, now / 10, LINE) is not None for now in range(600)]
    runs = "".join("x" if up else "." for up in heard).split("x")
    assert len(runs) > 5
    assert min(len(run) for run in runs[:-1] if run) >= 20


@pytest.mark.parametrize(
    ("spec", "unit", "function", "size"),
    [
        ("wrong-unit", 2, 4, 9),
        ("wrong-unit:to=9", 9, 4, 9),
        ("wrong-function", 1, 3, 9),
        ("exception:code=0B", 1, 0x84, 5),
        ("other-exception", 1, 0x83, 5),
    ],
)
def test_a_wrong_frame_has_a_good_checksum(spec: str, unit: int, function: int, size: int) -> None:
    """It is a whole frame that says something else."""
    data = received(exchanged(faulty(spec)))

    assert (data[0], data[1], len(data)) == (unit, function, size)
    assert crc_is_good(data)


@pytest.mark.parametrize(("spec", "sizes"), [("wrong-count", {7, 11}), ("odd-count", {8, 10})])
def test_a_wrong_count_says_its_own_size(spec: str, sizes: set[int]) -> None:
    """Fewer or more, and the byte count agrees with what comes."""
    frames = [received(exchanged(faulty(spec, seed=seed))) for seed in range(20)]

    assert {len(data) for data in frames} == sizes
    assert all(crc_is_good(data) and data[2] == len(data) - 5 for data in frames)


@pytest.mark.parametrize("spec", ["crc", "flip", "noise:where=inside", "truncate"])
def test_damage_is_always_damage(spec: str) -> None:
    """No checksum fits by chance, whatever the seed."""
    for seed in range(200):
        data = received(exchanged(faulty(spec, seed=seed)))
        assert data
        assert not crc_is_good(data[: len(REPLY)])


def test_noise_is_around_the_reply() -> None:
    """Before or behind it, and the reply is whole."""
    before = received(exchanged(faulty("noise:where=before,bytes=5")))
    behind = received(exchanged(faulty("noise:where=after,bytes=5")))

    assert before.endswith(REPLY)
    assert behind.startswith(REPLY)
    assert 1 <= len(before) - len(REPLY) <= 5
    assert 1 <= len(behind) - len(REPLY) <= 5


def test_a_split_reply_has_one_pause() -> None:
    """Of the length that was wished, between two characters."""
    arrivals = exchanged(faulty("split:pause=30ms"))
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(arrivals)]

    assert received(arrivals) == REPLY
    assert [round(gap - CHARACTER_S, 6) for gap in gaps if gap > 2 * CHARACTER_S] == [0.03]


def test_two_frames_come_in_one_chunk() -> None:
    """An earlier reply of the same shape first, and all of it at once."""
    wire = faulty("double:first=stale")
    newer = frame(1, bytes.fromhex("0404AAAABBBB"))

    assert received(exchanged(wire)) == REPLY
    [(_, chunk)] = exchanged(wire, 1.0, newer)

    assert chunk == REPLY + newer


@pytest.mark.parametrize(("spec", "seconds"), [("babble:for=200ms", 0.2), ("stuck:for=100ms", 0.1)])
def test_a_line_that_is_talked_full_carries_no_reply(spec: str, seconds: float) -> None:
    """For as long as was wished; stuck is zeros."""
    data = received(exchanged(faulty(spec)))

    assert len(data) == round(seconds / CHARACTER_S)
    assert (set(data) == {0}) == spec.startswith("stuck")


def test_an_unsolicited_frame_is_a_strangers() -> None:
    """It comes after the reply, whole."""
    data = received(exchanged(faulty("unsolicited")))

    assert data.startswith(REPLY)
    assert data[len(REPLY)] == 246
    assert crc_is_good(data[len(REPLY) :])


@pytest.mark.parametrize("what", ["whole", "partial", "corrupted"])
def test_an_echo_comes_before_the_reply(what: str) -> None:
    """When the request has left, in one piece."""
    arrivals = exchanged(faulty(f"echo:what={what}"))

    assert arrivals[0][0] == pytest.approx(len(ASK) * CHARACTER_S)
    assert (arrivals[0][1] == ASK) == (what == "whole")
    assert received(arrivals[1:]) == REPLY


def test_an_adapter_with_a_timer_hands_over_at_its_ticks() -> None:
    """At multiples of 16 ms, or when its buffer is full."""
    arrivals = exchanged(faulty("latency"))
    long_reply = frame(1, bytes((4, 80)) + bytes(80))
    full = exchanged(faulty("latency:by=1s"), reply=long_reply)

    assert received(arrivals) == REPLY
    assert [now % 0.016 for now, _ in arrivals] == pytest.approx([0.0] * len(arrivals), abs=1e-9)
    assert [len(data) for _, data in full] == [62, 23]


def test_a_port_vanishes_in_the_middle_of_a_reply_and_comes_back() -> None:
    """What arrives meanwhile is lost, and the switch is told both ways."""
    wire = faulty("vanish:after=3,for=1s")
    told: list[bool] = []
    wire.replug = told.append

    arrivals = exchanged(wire)

    assert REPLY.startswith(received(arrivals))
    assert len(received(arrivals)) in (2, 3)
    assert told == [False, True]


def received_by(units: Sequence[int]) -> list[bytes]:
    """Return what arrives for a request to each unit when the replies of unit 2 are dropped."""
    wire = faulty("drop-reply:unit=2")
    answers = []
    for place, unit in enumerate(units):
        ask = frame(unit, ASK[1:-2])
        answers.append(received(exchanged(wire, float(place), frame(unit, REPLY[1:-2]), ask)))
    return answers


def test_a_fault_strikes_its_own_unit() -> None:
    """The others are answered."""
    assert [bool(answer) for answer in received_by((1, 2, 3, 2))] == [True, False, True, False]


def test_troubles_can_be_combined() -> None:
    """In the order in which they are given, whatever is left of the reply."""
    specs = [
        "truncate",
        "flip",
        "noise:where=inside",
        "wrong-count",
        "split",
        "noise",
        "unsolicited",
        "double:first=same",
    ]
    for seed in range(100):
        exchanged(faulty(*specs, seed=seed))
    assert exchanged(faulty("drop-reply", *specs)) == []


def test_a_stopped_plan_does_nothing_more() -> None:
    """So that a test can watch a bus recover."""
    plan = FaultPlan.of("crc", "echo", "latency")
    wire = FaultyWire(LINE, plan, EAR.concerns, handover_s=0.0)
    assert received(exchanged(wire)) != REPLY

    plan.stop()

    assert received(exchanged(wire, 1.0)) == REPLY


def test_two_requests_may_be_heard_before_either_is_answered() -> None:
    """Each reply is its own request's, whatever comes back of it: also one to a write, whose size nothing says."""
    journal = Journal()
    wire = faulty(journal=journal)
    asks = [frame(1, bytes.fromhex("0600030007")), ASK]
    replies = [asks[0], REPLY]
    for start_s, ask in enumerate(asks):
        wire.write_master(ask, float(start_s))

    for heard, reply in zip(wire.read_slaves(2.0), replies, strict=True):
        assert heard in asks
        wire.write_slaves(reply, 2.0)

    assert journal.holds(asks[0], asks[0][3:-2], 0.0, 2.0)
    assert journal.holds(ASK, REPLY[3:-2], 0.0, 2.0)
