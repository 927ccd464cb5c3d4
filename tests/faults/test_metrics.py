"""Each fault moves its own counters and no other, as a scrape tells them: the master alone, on a clock that jumps."""

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.samples import Sample

from rtu_agent.bus.outcomes import finished
from rtu_agent.clock import HandClock
from rtu_agent.domain.registers import Span, Table
from rtu_agent.events import Event
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.telemetry import families
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.roster import Roster
from support.fault_exam import UNITS, Exam
from support.fault_table import ECHO, FOREIGN, LATE, NOISE, ROWS, TIMEOUT_S, Row

SPAN = Span(Table.HOLDING, 0, 4)
COUNTED = {
    LATE: families.BUS_LATE.name,
    FOREIGN: families.BUS_FOREIGN.name,
    NOISE: families.BUS_DISCARDED.name,
}
"""An echo is told once in the log and counted nowhere."""


class CountedExam(Exam):
    """An exam whose events and outcomes are counted as the agent counts them."""

    def __init__(self, plan: FaultPlan) -> None:
        super().__init__(plan, timeout_s=TIMEOUT_S)
        self.registry = CollectorRegistry()
        self._metrics = Metrics(self.registry, Roster("s", ("b",), (), ()), HandClock())

    def _count(self, event: Event) -> None:
        super()._count(event)
        self._metrics(event)

    def _judge(self, outcome: Outcome) -> None:
        super()._judge(outcome)
        self._metrics(finished("b", outcome, 3))

    def samples(self) -> list[Sample]:
        """Return the samples that are not 0."""
        return [sample for metric in self.registry.collect() for sample in metric.samples if sample.value]


@pytest.mark.parametrize("row", [pytest.param(row, id=spec) for spec, row in ROWS.items()])
def test_a_fault_moves_its_own_counters_and_no_other(row: Row) -> None:
    """The outcomes of its requests, and what was thrown away."""
    exam = CountedExam(FaultPlan.of(row.spec))
    for _ in range(20):
        for unit in UNITS:
            exam.ask(unit, SPAN)
            exam.settle()
            exam.rest(0.1)

    samples = exam.samples()
    outcomes = {sample.labels["outcome"] for sample in samples if sample.name == families.BUS_REQUESTS.name}
    thrown_away = {sample.name for sample in samples} & set(COUNTED.values())
    silent = any(sample.name == families.BUS_SILENT.name for sample in samples)

    assert outcomes == row.outcomes
    assert thrown_away == {COUNTED[event] for event in row.counters - {ECHO}}
    assert silent == ("no_reply" in row.outcomes)
