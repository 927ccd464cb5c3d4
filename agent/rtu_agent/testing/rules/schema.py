"""What a driver stores is the common schema: names, units, one column for each value, one meaning for each register."""

from collections import Counter
from collections.abc import Iterator

from rtu_agent.domain.quantity import only_grows
from rtu_agent.driver_api.checks import objections
from rtu_agent.driver_api.derived import Derived
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.subject import Subject


def schema(subject: Subject) -> Iterator[Breach]:
    """Names and units are canonical, no register has two meanings, limits are possible; whatever changed the class."""
    driver = subject.driver
    derived = [made for made in driver.made.values() if isinstance(made, Derived)]
    for flaw in objections(driver.registers, derived, driver.limits, driver.intervals):
        yield Breach(flaw.message, flaw.point or "")


def columns(subject: Subject) -> Iterator[Breach]:
    """No value overwrites another."""
    names = Counter(signal.field.name for signal in subject.driver.signals)
    for signal in subject.driver.signals:
        if names[signal.field.name] > 1:
            yield Breach(f"is not the only one that is stored as '{signal.field.name}'", signal.name)


def counters(subject: Subject) -> Iterator[Breach]:
    """What only grows is declared a counter, so that a jump of it is not booked."""
    for signal in subject.driver.signals:
        if signal.quantity is None:
            continue
        grows = only_grows(signal.name) and signal.name not in subject.may_fall
        if grows and not signal.counter:
            yield Breach("only grows, so it needs `counter=True`; if not, name it in `may_fall`", signal.name)


def identity(subject: Subject) -> Iterator[Breach]:
    """What identifies a device is read once: it does not change, and costs the wire nothing afterwards."""
    for signal in subject.driver.signals:
        if signal.quantity and signal.quantity.nature == "identity" and signal.group != "once":
            yield Breach(f'is of group {signal.group}; what identifies a device needs `group="once"`', signal.name)
