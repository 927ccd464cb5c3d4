"""An answer is made once for many, and costs little of the time however many ask."""

import threading

import pytest

from rtu_agent.telemetry.shared import Shared


class Maker:
    """Makes numbers, each of which takes the processor for a second."""

    def __init__(self) -> None:
        self.now = 100.0
        self.worked = 0.0
        self.made = 0
        self.shared = Shared(self.make, lambda: self.now, lambda: self.worked)

    def make(self) -> int:
        """Work for a second."""
        self.worked += 1
        self.made += 1
        return self.made


def test_what_cost_a_second_is_used_for_ten() -> None:
    """Then it is made anew."""
    maker = Maker()
    answers = []
    for moment in (100, 105, 109.9, 110, 115, 120):
        maker.now = moment
        answers.append(maker.shared())

    assert answers == [1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(("cost_s", "used_s"), [(0.002, 0.2), (0.01, 1.0), (0.05, 1.0), (0.2, 2.0)])
def test_it_is_used_for_a_hundred_times_as_long_within_a_second(cost_s: float, used_s: float) -> None:
    """And in any case for ten times as long."""
    clock, worked, made = [0.0], [0.0], [0]

    def make() -> int:
        worked[0] += cost_s
        made[0] += 1
        return made[0]

    shared = Shared(make, lambda: clock[0], lambda: worked[0])
    assert shared() == 1
    clock[0] = used_s - 0.001
    assert shared() == 1
    clock[0] = used_s + 0.001
    assert shared() == 2


def test_what_costs_nothing_is_always_fresh() -> None:
    """Small sites do not notice."""
    maker = Maker()
    shared = Shared(maker.make, lambda: 0.0, lambda: 0.0)

    assert [shared() for _ in range(3)] == [1, 2, 3]


def test_who_comes_while_it_is_made_gets_the_same() -> None:
    """Fifty at once are one."""
    begun, may_end = threading.Event(), threading.Event()
    made: list[int] = []
    clock = [0.0]

    def make() -> int:
        begun.set()
        assert may_end.wait(5)
        made.append(1)
        clock[0] += 1
        return len(made)

    shared = Shared(make, lambda: 0.0, lambda: clock[0])
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(shared())) for _ in range(50)]
    for thread in threads:
        thread.start()
    assert begun.wait(5)
    may_end.set()
    for thread in threads:
        thread.join(5)

    assert (answers, made) == ([1] * 50, [1])


def test_what_could_not_be_made_is_tried_again() -> None:
    """An error is nobody's answer."""
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("boom")
        return 7

    shared = Shared(make)
    with pytest.raises(ValueError, match="boom"):
        shared()
    assert shared() == 7
