"""A silence is kept before those that need it, before nobody else, and no longer than it is needed."""

from collections.abc import Iterator
from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.protocol.deafness import DEAF_S, FIRST_TRUST, FRESH_S, MISSES, PROOFS, SILENCE_S, TEST_EVERY_S, Deafness

DEAD = 9
SHORT_S = 0.2
PAUSES = st.sampled_from((0.004, SHORT_S, 0.45, 0.55, 0.7, 3.0))


class Turns:
    """Asks units in turn, each after the silence it needs or a longer one, and counts what that silence was."""

    def __init__(self) -> None:
        self.deafness = Deafness()
        self.now = 0.0

    def ask(self, unit: int, *, answered: bool, pause_s: float = SHORT_S) -> float:
        """Let a unit have its turn; return the silence that was kept for its sake."""
        kept_s = self.silence_before(unit)
        silence_s = max(pause_s, kept_s)
        self.now += silence_s if isfinite(silence_s) else 0.0
        self.deafness.asked(silence_s)
        self.deafness.heard(unit, self.now, answered=answered)
        return kept_s

    def silence_before(self, unit: int) -> float:
        """Return the silence that is kept if a unit is asked now."""
        return self.deafness.silence_before(unit, self.now)


class DeafSlave:
    """A slave as libmodbus's: a request to somebody silent makes it deaf until the line was silent for long."""

    def __init__(self, turns: Turns, unit: int = 1) -> None:
        self._turns = turns
        self._unit = unit
        self._deaf = False
        self.misses = 0

    def ask(self, pause_s: float = SHORT_S) -> None:
        """Let it have its turn."""
        self.listen(max(pause_s, self._turns.silence_before(self._unit)))
        self._turns.ask(self._unit, answered=not self._deaf, pause_s=pause_s)
        self.misses += self._deaf

    def listen(self, silence_s: float, *, unanswered: bool = False) -> None:
        """Let it overhear a request after a silence."""
        self._deaf = (self._deaf and silence_s < DEAF_S) or unanswered


@pytest.fixture
def turns() -> Turns:
    """Return a bus on which units 1 and 2 have answered."""
    turns = Turns()
    for unit in (1, 2):
        turns.ask(unit, answered=True, pause_s=inf)
    return turns


def suspect(turns: Turns, *units: int) -> None:
    """Let units be silent together, for a while."""
    turns.ask(DEAD, answered=False)
    for unit in units * MISSES:
        turns.ask(unit, answered=False)


def prove(turns: Turns, unit: int, times: int = PROOFS) -> None:
    """Let a unit show that it is deaf."""
    for _ in range(times):
        turns.ask(DEAD, answered=False)
        for _ in range(MISSES):
            assert turns.ask(unit, answered=False) == 0
        assert turns.ask(unit, answered=True) == SILENCE_S


def test_proofs_in_a_row_convince(turns: Turns) -> None:
    """From then on silence is kept at its first turn after a silent unit, and at no other."""
    prove(turns, 1)

    assert turns.ask(1, answered=True) == 0
    turns.ask(DEAD, answered=False)
    assert turns.ask(2, answered=True) == 0
    assert turns.ask(1, answered=True) == SILENCE_S
    assert turns.ask(1, answered=True) == 0


def test_a_silence_of_the_line_need_not_be_kept_twice(turns: Turns) -> None:
    """A pause that came by itself has healed everybody."""
    prove(turns, 1)
    turns.ask(DEAD, answered=False)
    turns.ask(2, answered=True, pause_s=SILENCE_S)

    assert turns.ask(1, answered=True) == 0


def test_an_answer_between_two_proofs_acquits(turns: Turns) -> None:
    """A deaf device never answers at such a turn."""
    for _ in range(3 * PROOFS):
        prove(turns, 1, PROOFS - 1)
        turns.ask(DEAD, answered=False)
        assert turns.ask(1, answered=True) == 0
        turns.now += TEST_EVERY_S


def test_a_miss_in_spite_of_the_silence_acquits(turns: Turns) -> None:
    """A unit that fails by itself is not deaf, before the proofs or behind them."""
    suspect(turns, 1)
    assert turns.ask(1, answered=False) == SILENCE_S
    assert turns.ask(1, answered=True) == 0

    turns.now += TEST_EVERY_S
    prove(turns, 1)
    turns.ask(DEAD, answered=False)
    assert turns.ask(1, answered=False) == SILENCE_S
    turns.ask(1, answered=True)
    turns.ask(DEAD, answered=False)
    assert turns.ask(1, answered=True) == 0


def test_a_unit_that_was_silent_before_shows_nothing_by_being_silent_again(turns: Turns) -> None:
    """Two units that fail take each other for nothing."""
    for _ in range(5):
        assert turns.ask(1, answered=False) == 0
        assert turns.ask(2, answered=False, pause_s=3.0) == 0


def test_a_miss_where_nobody_was_silent_shows_nothing(turns: Turns) -> None:
    """Its own trouble."""
    turns.ask(1, answered=False)

    assert turns.ask(1, answered=True) == 0


def test_a_suspect_that_answers_as_it_is_was_never_deaf(turns: Turns) -> None:
    """Units that come and go miss a turn and answer the next: no silence is kept for them."""
    for _ in range(5):
        turns.ask(DEAD, answered=False)
        assert turns.ask(1, answered=False) == 0
        assert turns.ask(1, answered=True) == 0


def test_units_that_die_together_are_tested_one_after_the_other(turns: Turns) -> None:
    """Each once, and rarely: their neighbours wait for each test."""
    suspect(turns, 1, 2)

    assert turns.ask(1, answered=False) == SILENCE_S
    tested = turns.now
    while turns.silence_before(2) == 0:
        turns.ask(2, answered=False)
    assert turns.now - tested == pytest.approx(TEST_EVERY_S, abs=SHORT_S)
    assert turns.ask(2, answered=False) == SILENCE_S
    turns.now += TEST_EVERY_S
    turns.ask(DEAD, answered=False)
    assert turns.silence_before(1) == turns.silence_before(2) == 0


def test_a_line_that_is_silent_by_itself_tests_for_nothing(turns: Turns) -> None:
    """Also where the silence comes before the turn of somebody else."""
    for _ in range(PROOFS):
        turns.ask(DEAD, answered=False)
        turns.ask(1, answered=False)
        turns.ask(2, answered=True, pause_s=SILENCE_S)
        assert turns.ask(1, answered=True) == 0
    turns.ask(DEAD, answered=False)

    assert turns.silence_before(1) == SILENCE_S


def test_a_deaf_device_among_the_dying_is_found_all_the_same(turns: Turns) -> None:
    """What it overhears while it waits for its test keeps it deaf, and is no excuse to forget it."""
    slave = DeafSlave(turns, 2)
    slave.ask(inf)
    suspect(turns, 1)
    turns.ask(1, answered=False)
    slave.listen(SHORT_S, unanswered=True)
    tested = turns.now
    while turns.silence_before(2) == 0:
        slave.ask()
        turns.ask(DEAD, answered=False)
        slave.listen(SHORT_S, unanswered=True)
    assert turns.now - tested == pytest.approx(TEST_EVERY_S, abs=1.0)
    misses = slave.misses

    slave.ask()

    assert slave.misses == misses


def test_what_others_will_need_is_known_when_a_unit_was_silent(turns: Turns) -> None:
    """So that who asks silent units can count it; a deaf unit that is silent itself costs nothing more."""
    assert turns.deafness.silence_after(DEAD) == 0
    prove(turns, 1)

    assert turns.deafness.silence_after(DEAD) == SILENCE_S
    assert turns.deafness.silence_after(1) == 0


def silences(turns: Turns) -> Iterator[float]:
    """Yield the silences kept for unit 1, which always answers, after one silent unit after the other."""
    while True:
        turns.ask(DEAD, answered=False)
        yield turns.ask(1, answered=True)


def test_a_belief_is_put_to_the_test_and_dropped(turns: Turns) -> None:
    """A unit that is not deaf any more is waited for so many times, and never again."""
    prove(turns, 1)
    kept = silences(turns)

    assert [next(kept) for _ in range(FIRST_TRUST)] == [SILENCE_S] * FIRST_TRUST
    assert [next(kept) for _ in range(FIRST_TRUST)] == [0] * FIRST_TRUST


TURNS = st.lists(st.tuples(st.integers(1, 4), st.booleans(), PAUSES), max_size=60)


@given(TURNS, st.integers(1, 4))
def test_who_never_misses_is_never_waited_for(asked: list[tuple[int, bool, float]], healthy: int) -> None:
    """Whatever happens to the others."""
    turns = Turns()
    for unit, answered, pause_s in asked:
        if unit == healthy:
            assert turns.ask(unit, answered=True, pause_s=pause_s) == 0
        else:
            turns.ask(unit, answered=answered, pause_s=pause_s)


@given(TURNS)
def test_who_never_answered_is_never_waited_for(asked: list[tuple[int, bool, float]]) -> None:
    """A dead unit is asked as soon as any other."""
    turns = Turns()
    for unit, answered, pause_s in asked:
        kept_s = turns.ask(unit, answered=answered and unit != 1, pause_s=pause_s)
        assert unit != 1 or kept_s == 0


@given(TURNS)
def test_whatever_was_believed_a_healthy_unit_is_believed_in_the_end(asked: list[tuple[int, bool, float]]) -> None:
    """No history leaves a silence behind for ever."""
    turns = Turns()
    for unit, answered, pause_s in asked:
        turns.ask(unit, answered=answered, pause_s=pause_s)

    coincidences = sum(not answered for unit, answered, _ in asked if unit == 1)
    most = FIRST_TRUST * 2**coincidences + 2
    kept = silences(turns)
    assert next((place for place in range(most) if next(kept) == 0 and next(kept) == 0), None) is not None
    assert not any(next(kept) for _ in range(FIRST_TRUST))


@given(st.lists(st.tuples(st.sampled_from((1, 2, DEAD)), PAUSES), max_size=400))
def test_a_deaf_device_loses_few_turns(asked: list[tuple[int, float]]) -> None:
    """It misses while it is being found out, and rarely when the silence is left out to see."""
    turns = Turns()
    slave = DeafSlave(turns)
    slave.ask(inf)
    for unit, pause_s in asked:
        if unit == 1:
            slave.ask(pause_s)
        else:
            turns.ask(unit, answered=unit != DEAD, pause_s=pause_s)
            slave.listen(pause_s, unanswered=unit == DEAD)

    assert slave.misses <= MISSES * (PROOFS + len(asked) / FIRST_TRUST)


def test_a_deaf_device_is_doubted_ever_less_often() -> None:
    """A thousand silent neighbours cost it a handful of turns."""
    turns = Turns()
    slave = DeafSlave(turns)
    slave.ask(inf)
    for _ in range(1000):
        turns.ask(DEAD, answered=False)
        slave.listen(SHORT_S, unanswered=True)
        slave.ask()

    assert slave.misses == MISSES * (PROOFS + 5)


@pytest.mark.parametrize("away_s", [FRESH_S - 1.0, FRESH_S + 1.0])
def test_who_comes_back_long_after_it_went_with_others_proves_nothing(turns: Turns, away_s: float) -> None:
    """A supply that fails and returns is no deafness, however often; an answer soon after is."""
    for _ in range(PROOFS):
        turns.ask(DEAD, answered=False)
        turns.ask(1, answered=False)
        turns.ask(2, answered=True, pause_s=away_s)
        turns.ask(1, answered=True)
    turns.ask(DEAD, answered=False)

    assert turns.silence_before(1) == (SILENCE_S if away_s < FRESH_S else 0.0)
