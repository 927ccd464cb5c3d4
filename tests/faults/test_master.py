"""The master alone under every fault and under mixtures, on a clock that jumps: no wrong value in 100 000 transactions.

`make nightly` runs more than a million, and mixtures that nobody has seen before; its seed is printed and replays them.
"""

import os
from random import Random

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.plan import FaultPlan
from support.fault_exam import UNITS, Exam
from support.fault_table import ROWS, TIMEOUT_S, Row

NIGHTLY = os.environ.get("RTU_AGENT_NIGHTLY", "")
"""The seed of a nightly run; empty in the usual one."""
ALONE = 25_000 if NIGHTLY else 1_500
MIXTURES = 600 if NIGHTLY else 70
IN_A_MIXTURE = 1_000 if NIGHTLY else 800

SPAN = Span(Table.HOLDING, 0, 4)
MIXED_WINDOW_S = 4.0
"""Delays add up in a mixture; a window that is longer than any of them is what the promise asks for."""
UNFAIR = ("double:first=stale",)
"""A stale reply that fits is refused because the right one comes with it; where a second fault takes that one away, no
receiver can tell."""

every_fault = pytest.mark.parametrize("row", [pytest.param(row, id=spec) for spec, row in ROWS.items()])


@every_fault
def test_a_fault_alone_gives_no_wrong_value(row: Row) -> None:
    """Each transaction ends once, and what is accepted is what the unit answered to it."""
    exam = Exam(FaultPlan.of(row.with_probability(0.15), seed=NIGHTLY), seed=1, timeout_s=TIMEOUT_S)

    found = exam.run(ALONE)

    assert found.wrong == []
    assert found.asked == found.outcomes.total() == ALONE
    assert found.outcomes["good"] > ALONE / 10


@pytest.mark.parametrize("number", range(MIXTURES))
def test_mixtures_give_no_wrong_value(number: int) -> None:
    """Any faults together, at any speed, with any adapter, and a dead unit now and then."""
    random = Random(f"{NIGHTLY}/{number}")
    rows = random.sample([row for spec, row in ROWS.items() if spec not in UNFAIR], random.randint(2, 12))
    specs = [row.with_probability(random.choice((0.02, 0.05, 0.2 if row.private else 0.01))) for row in rows]
    exam = Exam(
        FaultPlan.of(*specs, seed=f"{NIGHTLY}/{number}"),
        seed=number,
        line=LineSettings(random.choice((2400, 9600, 19_200, 115_200))),
        timeout_s=TIMEOUT_S,
        late_window_s=MIXED_WINDOW_S,
        handover_s=random.choice((0.002, 0.004, 0.02)),
        dead=random.choice(((), (9,))),
    )

    found = exam.run(IN_A_MIXTURE)

    assert found.wrong == [], specs
    assert found.asked == found.outcomes.total() == IN_A_MIXTURE


@every_fault
def test_a_fault_moves_its_own_counters_and_no_other(row: Row) -> None:
    """One transaction after the other, so that nothing meets the next one."""
    exam = Exam(FaultPlan.of(row.spec), timeout_s=TIMEOUT_S)

    for _ in range(20):
        for unit in UNITS:
            exam.ask(unit, SPAN)
            exam.settle()
            exam.rest(0.1)

    assert set(exam.found.outcomes) == row.outcomes
    assert set(exam.found.events) == row.counters


@every_fault
def test_everybody_is_back_with_the_first_request_after_a_fault(row: Row) -> None:
    """Once the fault is over and nothing is owed any more, no request is lost to it."""
    for seed in range(10):
        plan = FaultPlan.of(row.with_probability(0.5), seed=seed)
        exam = Exam(plan, seed=seed, timeout_s=TIMEOUT_S)
        exam.run(10)

        plan.stop()
        exam.settle()

        assert [exam.ask(unit, SPAN).kind for unit in UNITS] == ["good"] * len(UNITS)


@pytest.mark.parametrize("spec", [spec for spec, row in ROWS.items() if row.private])
def test_a_fault_of_one_unit_costs_its_neighbours_next_to_nothing(spec: str) -> None:
    """Only a reply that comes into somebody else's transaction can break it, as two talkers on a wire do."""
    exam = Exam(FaultPlan.of(f"{spec}{',' if ':' in spec else ':'}unit=3"), timeout_s=TIMEOUT_S)

    found = exam.run(400)

    good = sum(found.of_units[unit, "good"] for unit in (1, 2))
    bad = sum(count for (unit, kind), count in found.of_units.items() if unit != 3 and kind != "good")
    assert good > 20 * bad
    assert good > 200


def test_a_failure_is_replayed_by_its_seed() -> None:
    """The same seed gives the same run, transaction by transaction; another seed another one."""

    def run(seed: int) -> list[tuple[float, str]]:
        exam = Exam(FaultPlan.of("flip:p=0.2", "late:p=0.1", seed=seed), seed=5)
        kinds = []
        for _ in range(60):
            exam.run(1)
            kinds.append((exam.now, exam.last.kind))
        return kinds

    assert run(1) == run(1)
    assert run(1) != run(2)
