"""What a simulated device must have beside its points, because the scripts of its driver ask for it.

Scripts are rehearsed: whatever they read that is of no point holds zero until it is written, and what they write can be
written. A script that reads somewhere else when it is answered something else finds nothing there.
"""

from collections.abc import Iterator

from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Driver, Points
from rtu_agent.driver_api.rehearsal import rehearse
from rtu_agent.driver_api.steps import Read, Step

Place = tuple[Table, int]
"""Where one item is on the wire."""


def places(step: Step) -> Iterator[Place]:
    """Yield where the items of a step are."""
    count = step.count if isinstance(step, Read) else len(step.value) if isinstance(step.value, tuple) else 1
    for address in range(step.address, step.address + count):
        yield Table(step.table), address


def steps_of(driver: type[Driver]) -> list[Step]:
    """Return the steps by which its scripts prepare the reading of points."""
    return [step for group in driver.scripts for step in rehearse(driver.reading(group, Points([])))[0]]


def chosen(driver: type[Driver]) -> tuple[type[Driver], dict[str, Value], tuple[Step, ...]]:
    """Return which device is simulated for a driver, what its points must say for that, and how that is found out.

    Of variants it is the first. To a script that finds out it says zero, whatever that makes it; if the script fails,
    it is the driver itself.
    """
    if driver.variants is not None and driver.variants.of:
        said, variant = next(iter(driver.variants.of.items()))
        return variant, {driver.variants.by.name: said}, ()
    script = driver.discovery()
    if script is None:
        return driver, {}, ()
    steps, found = rehearse(script)
    return found if isinstance(found, type) and issubclass(found, Driver) else driver, {}, steps
