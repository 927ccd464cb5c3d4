"""Whether the buses of the site can carry what is asked of them."""

from collections.abc import Iterator

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem
from rtu_agent.forecast import forecasts


def examine(case: Case) -> Iterator[Finding]:
    """Say of each bus whether its schedule fits; it is the forecast of `rtu-agent check`."""
    for bus in forecasts(case.loaded, None):
        yield judge(bus.name, bus.load.held, bus.objection)


def judge(bus: str, share: float, objection: str | None) -> Finding:
    """Judge one bus."""
    if objection is None:
        return ok(bus, f"its schedule takes {share:.1%} of its time")
    return problem(bus, objection, f"devices.yaml: a longer `interval` for devices on {bus}, or fewer of them")
