"""The journal tells whether a value was answered to a request, and when."""

from rtu_agent.protocol.adu import frame
from rtu_agent.simulator.journal import Answered, Journal

ASK = frame(1, bytes.fromhex("0400000001"))


def entered(*times: float) -> Journal:
    """Return a journal with a reply at each time, whose one word is its number."""
    journal = Journal()
    for number, heard_s in enumerate(times):
        journal.add(Answered(heard_s, ASK, frame(1, bytes((4, 2, 0, number)))))
    return journal


def test_only_the_answer_of_that_time_counts() -> None:
    """The same words answered earlier or later are another reply's."""
    journal = entered(1.0, 2.0, 3.0)

    assert journal.holds(ASK, b"\x00\x01", 1.5, 2.5)
    assert not journal.holds(ASK, b"\x00\x00", 1.5, 2.5)
    assert not journal.holds(ASK, b"\x00\x02", 1.5, 2.5)
    assert not journal.holds(frame(2, ASK[1:-2]), b"\x00\x01", 1.5, 2.5)


def test_what_is_forgotten_is_held_no_more() -> None:
    """A long test keeps what it needs."""
    journal = entered(1.0, 2.0, 3.0)

    journal.forget(2.0)

    assert len(journal) == 2
    assert not journal.holds(ASK, b"\x00\x00", 0.0, 9.0)
    assert journal.holds(ASK, b"\x00\x02", 0.0, 9.0)
