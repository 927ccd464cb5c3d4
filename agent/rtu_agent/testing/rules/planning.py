"""What a poll asks for is what its author thinks that it asks for: how many transactions, and how wide."""

from collections.abc import Iterator, Mapping, Sequence

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Points, Read
from rtu_agent.driver_api.rehearsal import rehearse
from rtu_agent.driver_api.steps import Step
from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.subject import Subject


def plans_of(plans: DevicePlans) -> dict[str, list[str]]:
    """Return by group the steps by which it is read: `input 0x0000+4`, or what is written, `holding 0x2000 = 1`."""
    return {group: [_text(step) for step in _steps(plans.poll(frozenset({group})))] for group in plans.groups}


def _steps(plan: PollPlan) -> Sequence[Step]:
    points: Points = plan.points()
    steps, _ = rehearse((plan.script or iter)(points))
    return steps


def _text(step: Step) -> str:
    if isinstance(step, Read):
        return str(Span(Table(step.table), step.address, step.count))
    return f"{step.table} 0x{step.address:04X} = {step.value}"


def plans(subject: Subject) -> Iterator[Breach]:
    """At the serial settings of the factory, each group is read by the steps that the test names."""
    if subject.plans is None:
        return
    made, wanted = plans_of(subject.device_plans()), subject.plans
    for group in dict.fromkeys([*made, *wanted]):
        if made.get(group, []) != [*wanted.get(group, [])]:
            yield Breach(f"group {group} is read by {_listed(made, group)}, not by {_listed(wanted, group)}")


def _listed(plans: Mapping[str, Sequence[str]], group: str) -> str:
    return str([*plans[group]]) if group in plans else "nothing"
