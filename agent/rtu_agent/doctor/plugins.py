"""Whether everything that is installed as a driver or an output can be used."""

from collections.abc import Iterable, Iterator

from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Finding, ok, problem, warning
from rtu_agent.plugins import Failure, PluginError, load_drivers, load_outputs


def examine(machine: Machine) -> Iterator[Finding]:  # noqa: ARG001 - plugins are those of this Python
    """Load all of them."""
    try:
        drivers, outputs = load_drivers(), load_outputs()
    except PluginError as error:
        yield problem("", str(error), "pip uninstall one of the two")
        return
    yield from judge(len(drivers.entries), len(outputs), [*drivers.failures, *outputs.failures])


def judge(drivers: int, outputs: int, failures: Iterable[Failure]) -> Iterator[Finding]:
    """Judge what was loaded."""
    yield ok("", f"{drivers} drivers and {outputs} outputs can be used")
    for failure in failures:
        name = failure.distribution
        yield warning(failure.plugin, str(failure), f"pip install --upgrade {name}, or pip uninstall {name}")
