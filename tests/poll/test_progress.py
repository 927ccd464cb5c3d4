"""A poll goes on where that makes sense, waits for who is busy, and ends in one way."""

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, u16
from rtu_agent.events import OutcomeKind
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.job import Job, Tick
from rtu_agent.poll.progress import FIRST_PAUSE_S, LONGEST_PAUSE_S, Progress
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings


class Triple(Driver, table="holding", gaps_readable=False):
    """Three registers in three blocks."""

    name = "test.triple"
    kind = "kind"

    a = u16(0, vendor_specific=True)
    b = u16(100, vendor_specific=True)
    c = u16(200, vendor_specific=True)


PLANS = DevicePlans(Triple, LineSettings(), {"site": "s", "bus": "b", "device": "d"})
A, B, C = PLANS.poll(frozenset({"normal"})).blocks


def progress(give_up_at: float = 10.0) -> Progress:
    """Return a poll of the three blocks that starts at 0."""
    tick = Tick(Job("d", "normal", 10.0), 0.0)
    return Progress(PLANS.poll(frozenset({"normal"})), [tick], 0.0, give_up_at)


def outcome(kind: OutcomeKind = "good", code: int | None = None, ended_at: float = 1.0) -> Outcome:
    """Return what came of a block."""
    request = ReadRequest(Table.HOLDING, 0, 1)
    payload = b"\x00\x07" if kind == "good" else b""
    return Outcome(1, request, kind, ended_at - 0.1, ended_at, ended_at + 0.01, payload=payload, exception_code=code)


def heard(poll: Progress, *outcomes: Outcome) -> list[Span | None]:
    """Take outcomes one after the other; return which block came next each time."""
    following = []
    for each in outcomes:
        poll.heard(each)
        following.append(poll.block)
    return following


def test_a_poll_reads_its_blocks_in_order() -> None:
    """And is over, and good, when all were read."""
    poll = progress()

    assert poll.block == A
    assert heard(poll, outcome(), outcome(), outcome()) == [B, C, None]
    assert poll.over
    assert (poll.kind, poll.payloads) == ("good", [b"\x00\x07"] * 3)
    assert round(poll.held_s, 3) == 0.33


def test_what_answers_costs_its_own_block_only() -> None:
    """Refused, in trouble, or damaged: the others are read."""
    for kind, code in (("exception", 2), ("exception", 4), ("damaged", None)):
        poll = progress()

        heard(poll, outcome(), outcome(kind, code), outcome())  # type: ignore[arg-type]

        assert poll.over
        assert (poll.kind, poll.payloads) == (kind, [b"\x00\x07", None, b"\x00\x07"])


def test_silence_ends_a_poll() -> None:
    """What was read before stays, and the silence is how it ended, whatever else there was."""
    poll = progress()

    assert heard(poll, outcome("exception", 2), outcome("no_reply")) == [B, None]
    assert poll.over
    assert (poll.kind, poll.payloads) == ("no_reply", [None, None, None])


def test_a_busy_device_is_asked_again_after_the_others() -> None:
    """The busy blocks only, after pauses that double."""
    poll = progress()

    assert heard(poll, outcome("exception", 6), outcome(), outcome("exception", 5, 1.0)) == [B, C, None]
    assert not poll.over
    assert poll.resume_at == 1.0 + FIRST_PAUSE_S
    poll.resume()
    assert poll.block == A
    assert heard(poll, outcome("exception", 6), outcome("good", None, 2.0)) == [C, None]
    assert poll.resume_at == 2.0 + 2 * FIRST_PAUSE_S
    poll.resume()
    assert heard(poll, outcome()) == [None]
    assert poll.over
    assert (poll.kind, poll.payloads) == ("good", [b"\x00\x07"] * 3)


def test_a_device_that_stays_busy_has_its_time() -> None:
    """Then the poll ends, with what it has, and was neither refused nor unanswered."""
    poll = progress(give_up_at=30.0)
    heard(poll, outcome(), outcome("exception", 6))
    now, pauses = 1.0, []
    poll.heard(outcome("good", None, now))
    while not poll.over:
        pauses.append(round(poll.resume_at - now, 3))
        now = poll.resume_at
        poll.resume()
        poll.heard(outcome("exception", 6, now))

    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, *[LONGEST_PAUSE_S] * 4]
    assert (poll.kind, poll.payloads) == ("exception", [b"\x00\x07", None, b"\x00\x07"])


def test_a_poll_that_is_given_up_has_failed() -> None:
    """Also if nothing was wrong with what it had read."""
    poll = progress()
    poll.heard(outcome())

    poll.give_up()

    assert poll.over
    assert poll.kind == "exception"


def test_a_poll_of_nothing_has_failed_from_the_start() -> None:
    """The device refuses all that the group wants."""
    plans = DevicePlans(Triple, LineSettings(), {"site": "s", "bus": "b", "device": "d"})
    plans.refused = frozenset({A, B, C})

    poll = Progress(plans.poll(frozenset({"normal"})), [], 0.0, 1.0)

    assert poll.over
    assert poll.kind == "exception"
