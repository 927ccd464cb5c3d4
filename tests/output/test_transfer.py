"""One batch on its way: every good line arrives, every bad line is found, nothing is asked twice without need."""

import math

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.output.contract import Action, DeadLetter, Verdict
from rtu_agent.output.transfer import Transfer

ROOMY = 1 << 20


class Database:
    """Judges bodies as a server does: too large, or with bad lines in it, or stored."""

    def __init__(self, bad: set[bytes], limit: int = ROOMY, *, keeps_good_lines: bool = False) -> None:
        self.bad = bad
        self.limit = limit
        self.keeps_good_lines = keeps_good_lines
        self.stored: set[bytes] = set()
        self.requests = 0
        self.too_large = 0

    def take(self, body: bytes) -> Verdict:
        """Answer one request."""
        self.requests += 1
        lines = set(body.split(b"\n"))
        if len(body) > self.limit:
            self.too_large += 1
            return Verdict(Action.SMALLER, "too large")
        if lines & self.bad:
            self.stored |= lines - self.bad if self.keeps_good_lines else set()
            return Verdict(Action.REJECTED, "bad")
        self.stored |= lines
        return Verdict(Action.ACCEPTED)


def run(transfer: Transfer, database: Database) -> None:
    """Bring the transfer to its end."""
    while (body := transfer.body()) is not None:
        transfer.settle(database.take(body))


def lines_of(count: int) -> list[bytes]:
    """As many different lines."""
    return [b"m v=%d 1" % number for number in range(count)]


@given(st.data(), st.integers(1, 200), st.booleans())
def test_every_bad_line_is_found_and_every_good_one_stored(data: st.DataObject, count: int, keeps: bool) -> None:
    """Whether the server stores the good lines of a bad body (1.x, 3) or not (2)."""
    lines = lines_of(count)
    bad = data.draw(st.sets(st.sampled_from(lines), max_size=5))
    database = Database(bad, keeps_good_lines=keeps)
    transfer = Transfer(lines, ROOMY)
    run(transfer, database)
    assert database.stored == set(lines) - bad
    assert {letter.line for letter in transfer.dead} == bad
    assert len(transfer.dead) == len(bad)
    assert database.requests <= 1 + len(bad) * 2 * math.ceil(math.log2(count) + 1)


def test_the_dead_letter_has_the_servers_reason() -> None:
    """Who has to mend the line must know why it was refused."""
    transfer = Transfer([b"bad"], ROOMY)
    run(transfer, Database({b"bad"}))
    assert transfer.dead == [DeadLetter(b"bad", "bad")]


def test_a_size_that_was_too_large_is_not_tried_again() -> None:
    """The limit is learned once; the sender keeps it for the next batch."""
    lines = lines_of(64)
    database = Database(set(), limit=100)
    first = Transfer(lines, ROOMY)
    run(first, database)
    assert database.stored == set(lines)
    assert first.max_body <= 100
    assert database.too_large == 3
    run(Transfer(lines, first.max_body), database)
    assert database.too_large == 3


def test_a_line_too_large_for_the_server_is_a_dead_letter() -> None:
    """It would stand in the way of all others for ever."""
    transfer = Transfer([b"x" * 200, b"y"], 50)
    database = Database(set(), limit=100)
    run(transfer, database)
    assert [letter.line for letter in transfer.dead] == [b"x" * 200]
    assert database.stored == {b"y"}


def test_what_has_to_wait_is_offered_again_unchanged() -> None:
    """An outage changes nothing in what is to be sent."""
    transfer = Transfer(lines_of(3), ROOMY)
    before = transfer.body()
    for action in (Action.AGAIN, Action.HOLD):
        transfer.settle(Verdict(action))
        assert transfer.body() == before


def test_nothing_to_send_is_nothing_to_do() -> None:
    """A batch whose rows are all damaged."""
    assert Transfer([], ROOMY).body() is None
